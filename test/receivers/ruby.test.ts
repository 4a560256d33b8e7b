import { describeReceivers } from './suite.ts';
import { ruby } from './toolchains/ruby.ts';

describeReceivers(ruby);
