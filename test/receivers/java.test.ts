import { describeReceivers } from './suite.ts';
import { java } from './toolchains/java.ts';

describeReceivers(java);
