import type { Language } from '../compose.ts';
import { go } from './go.ts';
import { python } from './python.ts';
import { typescript } from './typescript.ts';

export const LANGUAGES: readonly Language[] = [typescript, python, go];
