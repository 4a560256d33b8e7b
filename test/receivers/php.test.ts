import { describeReceivers } from './suite.ts';
import { php } from './toolchains/php.ts';

describeReceivers(php);
