import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matchesPattern } from '../../../lambdas/core/subscriptions/matching.ts';

/** The rules in as many words: slow, recursive, and with nothing shared with the code under test. */
function reference(pattern: string[], segments: string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return segments.length === 0;
  if (first === '**') {
    return [...segments.keys(), segments.length].some((skipped) =>
      reference(rest, segments.slice(skipped)),
    );
  }
  if (segments.length === 0) return false;
  if (first === '*' && rest.length === 0) return true;
  if (first !== '*' && first !== segments[0]) return false;
  return reference(rest, segments.slice(1));
}

const name = fc.constantFrom('a', 'b', 'c');
const type = fc.array(name, { minLength: 1, maxLength: 7 });
const pattern = fc.array(fc.oneof(name, fc.constantFrom('*', '**')), {
  minLength: 1,
  maxLength: 6,
});

it('any pattern matches any type as the plain reading of the rules says', () => {
  fc.assert(
    fc.property(pattern, type, (patternSegments, segments) => {
      expect(matchesPattern(patternSegments.join('.'), segments.join('.'))).toBe(
        reference(patternSegments, segments),
      );
    }),
    { numRuns: 5_000 },
  );
});

it('every type is matched by itself, by *, by ** and by every * at the end of a shorter one', () => {
  fc.assert(
    fc.property(type, fc.nat({ max: 6 }), (segments, kept) => {
      const whole = segments.join('.');
      for (const one of [whole, '*', '**']) expect(matchesPattern(one, whole)).toBe(true);
      fc.pre(kept < segments.length);
      expect(matchesPattern([...segments.slice(0, kept), '*'].join('.'), whole)).toBe(true);
    }),
  );
});

it('a pattern of many ** ends quickly on a type that it nearly matches', () => {
  const hard = `${Array.from({ length: 40 }, () => '**.a').join('.')}.b`;
  expect(matchesPattern(hard, Array.from({ length: 60 }, () => 'a').join('.'))).toBe(false);
});
