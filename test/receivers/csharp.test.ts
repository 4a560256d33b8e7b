import { describeReceivers } from './suite.ts';
import { csharp } from './toolchains/csharp.ts';

describeReceivers(csharp);
