import { describeReceivers } from './suite.ts';
import { python } from './toolchains/python.ts';

describeReceivers(python);
