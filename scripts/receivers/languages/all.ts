import type { Language } from '../compose.ts';
import { typescript } from './typescript.ts';

export const LANGUAGES: readonly Language[] = [typescript];
