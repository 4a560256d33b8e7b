import type { Toolchain } from '../toolchain.ts';
import { python } from './python.ts';
import { typescript } from './typescript.ts';

export const TOOLCHAINS: readonly Toolchain[] = [typescript, python];
