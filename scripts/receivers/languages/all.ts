import type { Language } from '../compose.ts';
import { csharp } from './csharp.ts';
import { go } from './go.ts';
import { java } from './java.ts';
import { php } from './php.ts';
import { python } from './python.ts';
import { ruby } from './ruby.ts';
import { typescript } from './typescript.ts';

export const LANGUAGES: readonly Language[] = [typescript, python, go, java, csharp, php, ruby];
