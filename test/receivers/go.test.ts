import { describeReceivers } from './suite.ts';
import { go } from './toolchains/go.ts';

describeReceivers(go);
