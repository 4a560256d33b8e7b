// Regular expressions of transformations, by RE2: a search takes time in proportion to the text, whatever the expression.
import { compilePattern } from '../json/schema/patterns.ts';
import { TransformFailure } from './failure.ts';
import type { Work } from './work.ts';

export interface Found {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly groups: readonly (string | undefined)[];
}

/** Finding places takes longer than only telling whether there is one. */
const FACTOR = 4;

type Compiled = Exclude<ReturnType<typeof compilePattern>, string>;

export class Regex {
  readonly #compiled: Compiled;

  constructor(compiled: Compiled) {
    this.#compiled = compiled;
  }

  get size(): number {
    return this.#compiled.size;
  }

  /** From left to right; a second one must not be empty. @throws OverBudgetError, TransformFailure */
  *matches(text: string, work: Work): Generator<Found> {
    const { pattern, stepsFor } = this.#compiled;
    const matcher = pattern.matcher(text);
    let from = 0;
    for (let isFirst = true; isFirst || from < text.length; isFirst = false) {
      // A search may look at all that is left, and another one at the same again.
      work.take(FACTOR * stepsFor(text.length - from));
      if (!matcher.find(from)) return;
      const found = matcher.group() ?? '';
      if (!isFirst && found === '') {
        throw new TransformFailure('a regular expression matches the empty text more than once');
      }
      const groups = Array.from(
        { length: matcher.groupCount() },
        (_, index) => matcher.group(index + 1) ?? undefined,
      );
      work.take(1 + groups.length);
      const start = matcher.start();
      from = matcher.end();
      yield { text: found, from: start, to: from, groups };
    }
  }
}

/** @returns the fault of an expression that is not taken */
export function readRegex(source: string, flags: string): Regex | string {
  if (/[^gi]/.test(flags)) return 'may have the flag i only';
  const compiled = compilePattern(source, flags.includes('i'));
  return typeof compiled === 'string' ? compiled : new Regex(compiled);
}
