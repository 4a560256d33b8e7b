// Regular expressions of schemas, matched in linear time by RE2's rules: without references back and without
// looking around. Their characters, classes and repetitions are those of JavaScript's flag `u`.
import { RE2JS } from 're2js';

export const MAX_PATTERN_LENGTH = 1_000;
/** Instructions of the compiled expression: a{2,500} has about 1,000. */
export const MAX_PATTERN_SIZE = 1_000;

/** Characters times instructions that are a step, where classes of Unicode are not looked up. */
const WORK_PER_STEP = 8;
const UNICODE_CLASS = /\\p/i;

/** What JavaScript takes for a space, and RE2 does not all; and what `.` leaves out. */
const SPACES =
  '\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}';
const LINE_ENDS = '\\n\\r\\x{2028}\\x{2029}';

export interface Pattern {
  test(text: string): boolean;
  /** What a text takes at most. */
  stepsFor(text: string): number;
}

interface CompiledPattern {
  readonly pattern: RE2JS;
  /** What a text of so many characters takes at most: RE2 never does more than each instruction for each character. */
  stepsFor(characters: number): number;
}

/** @returns the fault of an expression that is not taken */
export function readPattern(source: string): Pattern | string {
  const compiled = compilePattern(source);
  if (typeof compiled === 'string') return compiled;
  const { pattern, stepsFor } = compiled;
  return { test: (text) => pattern.test(text), stepsFor: (text) => stepsFor(text.length) };
}

export function compilePattern(source: string, ignoresCase = false): CompiledPattern | string {
  if (source.length > MAX_PATTERN_LENGTH)
    return `must have at most ${MAX_PATTERN_LENGTH} characters`;
  let compiled: RE2JS;
  try {
    // What JavaScript refuses is no pattern by JSON Schema.
    new RegExp(source, 'u');
    const translated = withScriptClasses(RE2JS.translateRegExp(source));
    compiled = RE2JS.compile(translated, ignoresCase ? RE2JS.CASE_INSENSITIVE : 0);
  } catch {
    return 'must be a regular expression in the syntax of RE2: no look-around, no references back';
  }
  const size = compiled.programSize();
  if (size > MAX_PATTERN_SIZE) return 'must be simpler: its repetitions multiply';
  const work = UNICODE_CLASS.test(source) ? size : size / WORK_PER_STEP;
  return { pattern: compiled, stepsFor: (characters) => 1 + Math.ceil(characters * work) };
}

/** The same with the classes of JavaScript. Within a class, `\S` stays RE2's. */
function withScriptClasses(source: string): string {
  let isInClass = false;
  return source.replace(/\\.|[[\].]/gs, (token) => {
    if (token === '\\s') return isInClass ? SPACES : `[${SPACES}]`;
    if (isInClass) {
      isInClass = token !== ']';
      return token;
    }
    if (token === '\\S') return `[^${SPACES}]`;
    if (token === '.') return `[^${LINE_ENDS}]`;
    isInClass = token === '[';
    return token;
  });
}
