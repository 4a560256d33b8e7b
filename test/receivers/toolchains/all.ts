import type { Toolchain } from '../toolchain.ts';
import { go } from './go.ts';
import { python } from './python.ts';
import { typescript } from './typescript.ts';

export const TOOLCHAINS: readonly Toolchain[] = [typescript, python, go];
