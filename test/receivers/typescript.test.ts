import { describeReceivers } from './suite.ts';
import { typescript } from './toolchains/typescript.ts';

describeReceivers(typescript);
