// Regular expressions of schemas, matched in linear time by RE2's rules: without references back and without
// looking around. Their characters, classes and repetitions are those of JavaScript's flag `u`.
import { RE2JS } from 're2js';

export const MAX_PATTERN_LENGTH = 1_000;
/** Instructions of the compiled expression: a{2,500} has about 1,000. */
export const MAX_PATTERN_SIZE = 1_000;

/** Of classes that ignore case, RE2 looks up the other case of every character, in some 50 ns: so many are an instruction. */
const FOLDED_PER_INSTRUCTION = 70;
/** A class of Unicode takes as long as so many. */
const FOLDED_OF_UNICODE_CLASS = 5_000;

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
  /** What it takes to make and to keep, in instructions: at most `MAX_PATTERN_SIZE`. */
  readonly size: number;
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
  const folding = foldedIn(source, ignoresCase) / FOLDED_PER_INSTRUCTION;
  if (folding > MAX_PATTERN_SIZE)
    return 'must be simpler: it ignores the case of too many characters';
  let compiled: RE2JS;
  try {
    // What JavaScript refuses is no pattern by JSON Schema.
    new RegExp(source, 'u');
    const translated = withScriptClasses(RE2JS.translateRegExp(source));
    compiled = RE2JS.compile(translated, ignoresCase ? RE2JS.CASE_INSENSITIVE : 0);
  } catch {
    return 'must be a regular expression in the syntax of RE2: no look-around, no references back';
  }
  const instructions = compiled.programSize();
  if (instructions > MAX_PATTERN_SIZE) return 'must be simpler: its repetitions multiply';
  const work = UNICODE_CLASS.test(source) ? instructions : instructions / WORK_PER_STEP;
  const size = Math.min(MAX_PATTERN_SIZE, instructions + Math.ceil(folding));
  return { pattern: compiled, size, stepsFor: (characters) => 1 + Math.ceil(characters * work) };
}

/** For how many characters RE2 looks up the other case. Of what is no regular expression, any number. */
function foldedIn(source: string, ignoresCase: boolean): number {
  if (!ignoresCase && !/\(\?[a-z]*i/.test(source)) return 0;
  let folded = 0;
  let isInClass = false;
  let from: number | undefined;
  let isRange = false;
  for (const [token] of source.matchAll(TOKEN)) {
    if (/^\\[pP]/.test(token)) folded += FOLDED_OF_UNICODE_CLASS;
    if (token === '[' || token === ']') {
      isInClass = token === '[';
      from = undefined;
    } else if (token === '-' && isInClass && from !== undefined && !isRange) isRange = true;
    else {
      const point = codePointOf(token);
      folded += isRange ? Math.max(0, point - (from ?? point)) : 1;
      [from, isRange] = [isRange ? undefined : point, false];
    }
  }
  return folded;
}

/** A character, however it is written. */
const TOKEN = /\\u\{[\da-f]+\}|\\u[\da-f]{4}(?:\\u[\da-f]{4})?|\\x[\da-f]{2}|\\c[a-z]|\\.|./gisu;

function codePointOf(token: string): number {
  const [, digits] = /^\\(?:u\{?|x)([\da-f]+)/i.exec(token) ?? [];
  if (digits === undefined) return token.replace(/^\\c?/, '').codePointAt(0) ?? 0;
  const [, low] = /^\\u[\da-f]{4}\\u([\da-f]{4})$/i.exec(token) ?? [];
  const units = [digits, ...(low === undefined ? [] : [low])].map((unit) =>
    Number.parseInt(unit, 16),
  );
  return low === undefined ? (units[0] ?? 0) : (String.fromCharCode(...units).codePointAt(0) ?? 0);
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
