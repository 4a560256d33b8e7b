// The work of a filter, counted in steps: what it decides is what a naive reading of the rules decides, and what it
// takes grows with the data and not with a product of lengths.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { OverBudgetError, Steps } from '../../../../lambdas/core/steps.ts';
import { Field, indexData, OUTSIDE } from '../../../../lambdas/core/subscriptions/filter/data.ts';
import {
  type Filter,
  type FilterPattern,
  readFilter,
} from '../../../../lambdas/core/subscriptions/filter/filter.ts';
import type { Leaf } from '../../../../lambdas/core/subscriptions/filter/leaf.ts';
import { matchesFilter } from '../../../../lambdas/core/subscriptions/filter/match.ts';
import { targetsOf } from '../../../../lambdas/core/subscriptions/targets.ts';
import { dataArbitrary, patternArbitrary } from './ruler/arbitraries.ts';

const unlimited = (): Steps => new Steps(Number.POSITIVE_INFINITY);

/** A value, and by array the index of the element that it is in. */
interface Found {
  readonly value: Leaf;
  readonly elements: ReadonlyMap<unknown, number>;
}

function valuesAt(
  data: unknown,
  path: readonly string[],
  elements: ReadonlyMap<unknown, number> = new Map(),
): Found[] {
  if (Array.isArray(data)) {
    return data.flatMap((element, index) =>
      typeof element === 'object' && element !== null
        ? valuesAt(element, path, new Map([...elements, [data, index]]))
        : valuesAt(element, path, elements),
    );
  }
  const [name, ...rest] = path;
  if (typeof data === 'object' && data !== null) {
    const has = name !== undefined && Object.hasOwn(data, name);
    return has ? valuesAt(Object(data)[name], rest, elements) : [];
  }
  // Only leaves are left.
  return name === undefined ? [{ value: data as Leaf, elements }] : [];
}

const isConsistent = (one: Found['elements'], other: Found['elements']): boolean =>
  [...one].every(([array, index]) => (other.get(array) ?? index) === index);

/** By the rules alone: every choice of a value for each condition is tried, in the order of the paths. */
function matchesNaively({ branches }: Filter, data: unknown): boolean {
  return branches.some((branch) => {
    const choose = (at: number, chosen: Found['elements']): boolean => {
      const condition = branch[at];
      if (!condition) return true;
      const fitting = valuesAt(data, condition.path).filter(({ elements }) =>
        isConsistent(elements, chosen),
      );
      if (condition.allowsAbsence && fitting.length === 0 && choose(at + 1, chosen)) return true;
      return fitting
        .filter(({ value }) => condition.test(new Field(value, OUTSIDE), unlimited()))
        .some(({ elements }) => choose(at + 1, new Map([...chosen, ...elements])));
    };
    return choose(0, new Map());
  });
}

function sizeOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, member) => sum + sizeOf(member), 1);
}

function filterOf(pattern: unknown): Filter | undefined {
  let isValid = true;
  const filter = readFilter(pattern as FilterPattern, () => {
    isValid = false;
  });
  return isValid ? filter : undefined;
}

/** Names that hold dots, and others that sort before and after them. */
function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((element) => renamed(element, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      names.get(name) ?? name,
      renamed(member, names),
    ]),
  );
}

test('a filter decides as the rules say, in steps that grow with filter and data', () => {
  let passed = 0;
  fc.assert(
    fc.property(patternArbitrary, dataArbitrary, (pattern, data) => {
      const filter = filterOf(pattern);
      fc.pre(filter !== undefined);
      const steps = unlimited();
      const matches = matchesFilter(filter, indexData(data), steps);
      expect(matches).toBe(matchesNaively(filter, data));
      if (matches) passed++;
      expect(steps.taken).toBeLessThan(20 * sizeOf(pattern) * (10 + sizeOf(data)));
    }),
    { numRuns: 3_000 },
  );
  expect(passed).toBeGreaterThan(200);
});

test('the names of fields change neither the verdict of plain conditions nor what it takes', () => {
  const names = ['a', 'b', 'a-b', 'z'];
  const others = fc.uniqueArray(fc.constantFrom('a', 'a.b', 'a.b.c', 'a b', 'b.', '.', 'z', 'é'), {
    minLength: 4,
    maxLength: 4,
  });
  fc.assert(
    fc.property(patternArbitrary, dataArbitrary, others, (pattern, data, chosen) => {
      const byName = new Map(names.map((name, index) => [name, chosen[index] ?? name]));
      const [filter, other] = [filterOf(pattern), filterOf(renamed(pattern, byName))];
      // An absence depends on the order of the names.
      const hasAbsence = filter?.branches.flat().some(({ allowsAbsence }) => allowsAbsence);
      fc.pre(filter !== undefined && other !== undefined && !hasAbsence);
      const two = unlimited();
      const verdict = matchesFilter(filter, indexData(data), unlimited());
      expect(matchesFilter(other, indexData(renamed(data, byName)), two)).toBe(verdict);
      expect(two.taken).toBeLessThan(20 * sizeOf(pattern) * (10 + sizeOf(data)));
    }),
    { numRuns: 1_000 },
  );
});

const list = <T>(length: number, of: (index: number) => T): T[] =>
  Array.from({ length }, (_, n) => of(n));
const or = (branches: number): object => ({ $or: list(branches, (n) => ({ [`b${n}`]: ['x0'] })) });

/** Shapes that once took seconds to minutes. */
describe('the work of a filter', () => {
  it.each<[string, object, object, number]>([
    [
      'addresses in many branches',
      { a: list(150, () => '::0'), ...or(90) },
      { a: list(2_000, () => '1::'), b0: 'x0' },
      100_000,
    ],
    [
      'numbers in many branches',
      { a: list(90, (n) => ({ numeric: ['=', n] })), ...or(60) },
      { a: list(2_000, () => -1), b59: 'x0' },
      200_000,
    ],
    [
      'wildcards in many branches',
      { a: list(20, (n) => ({ wildcard: `*a${n}b*` })), ...or(60) },
      { a: 'a'.repeat(50_000), b0: 'x0' },
      150_000,
    ],
    [
      'two arrays whose names interleave',
      {
        a: { x: [1], y: [2] },
        'a.x': { b: [{ exists: true }], z: [2] },
        'a-': { x: [{ exists: true }], z: [3] },
      },
      {
        a: list(500, (n) => ({ x: n % 2 ? 1 : 0, y: n % 2 ? 0 : 2 })),
        'a.x': list(500, (n) => ({ b: n, z: n })),
        'a-': list(500, (n) => ({ x: n, z: n })),
      },
      20_000,
    ],
    [
      'arrays beside each other',
      { a: { x: [1] }, b: { x: [1] }, c: { x: [1], y: [2] } },
      {
        a: list(300, () => ({ x: 1 })),
        b: list(300, () => ({ x: 1 })),
        c: list(300, (n) => (n % 2 ? { x: 1 } : { y: 2 })),
      },
      10_000,
    ],
    [
      'many nested arrays',
      { a: { b: { x: [1], y: [2] }, c: { x: [1], y: [2] }, d: [3] } },
      {
        a: list(30, () => ({
          b: list(30, (n) => ({ x: n % 2, y: n % 2 ? 0 : 2 })),
          c: list(30, () => ({ x: 1, y: 2 })),
          d: 4,
        })),
      },
      30_000,
    ],
  ])('%s', (_, pattern, data, most) => {
    const filter = filterOf(pattern);
    if (!filter) throw new Error('it is refused');
    const steps = unlimited();
    matchesFilter(filter, indexData(data), steps);
    expect(steps.taken).toBeLessThan(most);
  });

  it('ends at its budget, and not later', () => {
    const steps = new Steps(1_000);
    const filter = filterOf({ a: list(100, (n) => ({ numeric: ['=', n] })) });
    const data = indexData({ a: list(1_000, () => -1) });
    expect(() => matchesFilter(filter ?? { branches: [] }, data, steps)).toThrow(OverBudgetError);
    expect(steps.taken).toBe(1_000);
  });

  it('of many endpoints leaves to each cheap one what it needs', () => {
    const data = JSON.stringify({ a: list(20_000, () => '::1'), country: 'DE' });
    const all = { eventTypes: [], channels: [] };
    const heavy = list(50, (n) => ({
      ...all,
      id: `heavy ${n}`,
      filter: { a: [{ cidr: `10.0.0.${n}/32` }, 'x'] },
    }));
    const cheap = { ...all, id: 'cheap', filter: { country: ['DE'] } };
    const { wanting, overBudget } = targetsOf({ type: 'a', channels: [], data }, [...heavy, cheap]);
    expect(wanting.map(({ id }) => id)).toEqual(['cheap']);
    expect(overBudget.length).toBeGreaterThan(30);
  });

  it('of patterns is bounded too, for their own endpoint', () => {
    const type = list(64, () => 'a')
      .join('.')
      .slice(0, 127);
    const hard = list(100, (n) => `**.${list(30, () => 'a').join('.')}.b.**.c${n}`);
    const endpoints = [
      { id: 'hard', eventTypes: hard, channels: [] },
      { id: 'plain', eventTypes: ['a.**'], channels: [] },
    ];
    const { wanting } = targetsOf({ type, channels: [], data: '{}' }, endpoints);
    expect(wanting.map(({ id }) => id)).toEqual(['plain']);
  });
});
