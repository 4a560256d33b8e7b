// What holds for all filters and events.
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { expect, test } from 'vitest';
import { readAddress } from '../../../../lambdas/core/subscriptions/filter/address.ts';
import { type DataNode, indexData } from '../../../../lambdas/core/subscriptions/filter/data.ts';
import {
  type FilterPattern,
  readFilter,
} from '../../../../lambdas/core/subscriptions/filter/filter.ts';
import { matchesFilter } from '../../../../lambdas/core/subscriptions/filter/match.ts';
import {
  matchesWildcard,
  readWildcard,
} from '../../../../lambdas/core/subscriptions/filter/wildcard.ts';
import { filterSteps } from '../../../../lambdas/core/subscriptions/targets.ts';
import { brokenPatternArbitrary, dataArbitrary, patternArbitrary } from './ruler/arbitraries.ts';

const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '\\'), maxLength: 12 });

test('a wildcard matches what the plain definition says', () => {
  /** By the definition: a star stands for nothing, or for one character and what follows. */
  function matchesPlainly(pattern: readonly string[], text: string): boolean {
    const [first, ...rest] = pattern;
    if (first === undefined) return text === '';
    if (first !== '*')
      return text.startsWith(first[0] ?? '') && matchesPlainly(rest, text.slice(1));
    return matchesPlainly(rest, text) || (text !== '' && matchesPlainly(pattern, text.slice(1)));
  }
  fc.assert(
    fc.property(letters, letters, (source, text) => {
      const wildcard = readWildcard(source);
      fc.pre(typeof wildcard !== 'string');
      // An escaped character becomes two, so that it differs from the star.
      const tokens = [...source.matchAll(/\\(.)|(.)/g)].map(([, escaped, plain]) =>
        escaped === undefined ? (plain ?? '') : `${escaped}!`,
      );
      expect(matchesWildcard(wildcard, text)).toBe(matchesPlainly(tokens, text));
    }),
    { numRuns: 2_000 },
  );
});

test('the hardest wildcards read each character of the text once', () => {
  const wildcard = readWildcard(`*${'a'.repeat(1_000)}b*${'a'.repeat(1_000)}c*`);
  if (typeof wildcard === 'string') throw new Error(wildcard);
  const text = 'a'.repeat(50_000);
  let reads = 0;
  const counted = {
    length: text.length,
    startsWith: (part: string) => text.startsWith(part),
    endsWith: (part: string) => text.endsWith(part),
    charCodeAt(at: number) {
      reads++;
      return text.charCodeAt(at);
    },
  };
  expect(matchesWildcard(wildcard, counted as unknown as string)).toBe(false);
  expect(reads).toBe(text.length);
});

test('an IPv6 address is read as another library reads it', () => {
  const group = fc.stringMatching(/^[0-9a-fA-F]{0,5}$/);
  const address = fc.oneof(
    fc.ipV6().filter((text) => !text.includes('.')),
    fc.array(group, { minLength: 1, maxLength: 9 }).map((groups) => groups.join(':')),
    fc.string({ unit: fc.constantFrom('0', 'f', ':', '::', ':ffff:'), maxLength: 12 }),
  );
  fc.assert(
    fc.property(address, (text) => {
      const isAddress = text.length <= 39 && ipaddr.IPv6.isValid(text);
      const parsed = isAddress ? ipaddr.IPv6.parse(text) : undefined;
      const bytes = parsed?.isIPv4MappedAddress()
        ? parsed.toIPv4Address().toByteArray()
        : parsed?.toByteArray();
      expect(readAddress(text)?.bytes).toEqual(bytes);
    }),
    { numRuns: 3_000 },
  );
});

test('a value of the data passes the filter that asks for it', () => {
  const firstLeaf = (node: DataNode, path: readonly string[]): FilterPattern | undefined => {
    const [field] = node.fields;
    if (field)
      return path.reduceRight<unknown>(
        (inner, name) => ({ [name]: inner }),
        [field.value],
      ) as FilterPattern;
    for (const [name, child] of node.children) {
      const found = firstLeaf(child, [...path, name]);
      if (found) return found;
    }
    return undefined;
  };
  fc.assert(
    fc.property(dataArbitrary, (data) => {
      const index = indexData(data);
      const pattern = firstLeaf(index, []);
      fc.pre(pattern !== undefined);
      expect(matchesFilter(readFilter(pattern, fail), index, filterSteps())).toBe(true);
    }),
  );
});

test('$or matches when one of its alternatives does', () => {
  fc.assert(
    fc.property(patternArbitrary, patternArbitrary, dataArbitrary, (one, other, data) => {
      const index = indexData(data);
      const matches = (pattern: unknown): boolean | undefined => {
        let isValid = true;
        const filter = readFilter(pattern as FilterPattern, () => {
          isValid = false;
        });
        return isValid ? matchesFilter(filter, index, filterSteps()) : undefined;
      };
      const [first, second] = [matches(one), matches(other)];
      fc.pre(first !== undefined && second !== undefined);
      expect(matches({ $or: [one, other] })).toBe(first || second);
    }),
    { numRuns: 500 },
  );
});

test('any JSON is read without a crash, and what has a fault still compiles', () => {
  const anything = fc.oneof(
    brokenPatternArbitrary,
    fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }),
  );
  fc.assert(
    fc.property(anything, fc.jsonValue(), (pattern, data) => {
      const filter = readFilter(pattern as FilterPattern, () => undefined);
      expect(typeof matchesFilter(filter, indexData(data), filterSteps())).toBe('boolean');
    }),
  );
});

test('large arrays of objects take steps in proportion to their length', () => {
  const rows = (count: number) =>
    indexData({
      a: Array.from({ length: count }, (_, index) => ({ x: index, y: index + 1, z: [{ w: 1 }] })),
      b: Array.from({ length: count }, (_, index) => ({ x: index })),
      c: Array.from({ length: count }, () => ({ x: 'no' })),
    });
  const any = [{ exists: true }];
  const filter = readFilter(
    { a: { x: any, y: any, z: { w: any } }, b: { x: any }, c: { x: any, y: any } },
    fail,
  );
  const taken = (count: number): number => {
    const steps = filterSteps();
    expect(matchesFilter(filter, rows(count), steps)).toBe(false);
    return steps.taken;
  };
  expect(taken(2_000)).toBeGreaterThan(2_000);
  expect(taken(8_000) / taken(2_000)).toBeLessThan(4.1);
});

function fail(path: readonly PropertyKey[], message: string): never {
  throw new Error(`${path.join('/')} ${message}`);
}
