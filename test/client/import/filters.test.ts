// Filters with operators, as Hookdeck and Convoy judge them: the verdicts are those of their code
// (hookdeck/simple-json-match; frain-dev/convoy, pkg/compare), worked out for each case.
import { describe, expect, it } from 'vitest';
import { type OnMissing, operatorFilter } from '../../../client/src/cli/import/operator-filter.ts';
import { indexData } from '../../../lambdas/core/subscriptions/filter/data.ts';
import { compileFilter, filterSchema } from '../../../lambdas/core/subscriptions/filter/filter.ts';
import { matchesFilter } from '../../../lambdas/core/subscriptions/filter/match.ts';
import { filterSteps } from '../../../lambdas/core/subscriptions/targets.ts';

/** What our service does with it. */
function verdict(given: object, onMissing: OnMissing, data: object): boolean {
  const { filter, lost } = operatorFilter(given, onMissing);
  expect(lost).toEqual([]);
  if (filter === undefined) return true;
  const compiled = compileFilter(filterSchema.parse(JSON.parse(JSON.stringify(filter))));
  return matchesFilter(compiled, indexData(data), filterSteps());
}

type Case = readonly [filter: object, data: object, matches: boolean];

const BOTH: readonly Case[] = [
  [{ a: 1 }, { a: 1 }, true],
  [{ a: 1 }, { a: 2 }, false],
  [{ a: 1 }, {}, false],
  [{ a: { b: 'x' } }, { a: { b: 'x' } }, true],
  [{ a: { b: 'x' } }, { a: { b: 'y' } }, false],
  [{ a: { $eq: true } }, { a: true }, true],
  [{ a: { $neq: 'x' } }, { a: 'y' }, true],
  [{ a: { $neq: 'x' } }, { a: 'x' }, false],
  [{ a: { $neq: 'x' } }, {}, false],
  [{ a: { $in: ['x', 'y'] } }, { a: 'y' }, true],
  [{ a: { $in: ['x', 'y'] } }, { a: 'z' }, false],
  [{ a: { $nin: [1, 2] } }, { a: 3 }, true],
  [{ a: { $nin: [1, 2] } }, { a: 2 }, false],
  [{ a: { $gt: 1 } }, { a: 1 }, false],
  [{ a: { $gte: 1 } }, { a: 1 }, true],
  [{ a: { $gte: 1, $lt: 3 } }, { a: 2 }, true],
  [{ a: { $gte: 1, $lt: 3 } }, { a: 3 }, false],
  [{ a: { $lte: 3 } }, { a: 3.5 }, false],
  [{ $or: [{ a: 1 }, { b: 2 }] }, { b: 2 }, true],
  [{ $or: [{ a: 1 }, { b: 2 }] }, { a: 2, b: 1 }, false],
  [{ a: 1, b: 2 }, { a: 1, b: 2 }, true],
  [{ a: 1, b: 2 }, { a: 1, b: 3 }, false],
  [{ a: 1, b: 2 }, {}, false],
  [{ tags: 'gift' }, { tags: ['gift', 'other'] }, true],
];

describe.each(['fails', 'is skipped'] as const)('a missing field %s', (onMissing) => {
  it.each(BOTH)('%j of %j is %s', (filter, data, matches) => {
    expect(verdict(filter, onMissing, data)).toBe(matches);
  });
  it('a filter without conditions is none', () => {
    expect(operatorFilter({}, onMissing)).toEqual({ lost: [] });
    expect(operatorFilter(null, onMissing)).toEqual({ lost: [] });
  });
});

const SKIPPED: readonly Case[] = [
  [{ a: 1, b: 2 }, { a: 1 }, true],
  [{ a: 1, b: 2 }, { b: 2 }, true],
  [{ a: 1, b: 2 }, { b: 3 }, false],
  [{ a: 1, b: 2, c: 3 }, { a: 1, c: 3 }, true],
  [{ a: 1, b: 2, c: 3 }, { a: 1, c: 4 }, false],
  [{ 'a.b': 1 }, { a: { b: 1 } }, true],
  [{ $or: [{ a: 1 }, { b: 2 }], c: 3 }, { a: 1 }, true],
  [{ $or: [{ a: 1 }, { b: 2 }], c: 3 }, { a: 1, c: 4 }, false],
  [{ $or: [{ a: 1 }, { b: 2 }], c: 3 }, { c: 3 }, false],
];
it.each(SKIPPED)('Convoy: %j of %j is %s', (filter, data, matches) => {
  expect(verdict(filter, 'is skipped', data)).toBe(matches);
});

const FAILS: readonly Case[] = [
  [{ a: 1, b: 2 }, { a: 1 }, false],
  [{ a: { $startsWith: 'x' } }, { a: 'xy' }, true],
  [{ a: { $startsWith: ['v', 'w'] } }, { a: 'xy' }, false],
  [{ a: { $endsWith: 'y' } }, { a: 'xy' }, true],
  [{ items: { id: 456 } }, { items: [{ id: 1 }, { id: 456 }] }, true],
  [{ $or: [{ a: 1 }, { b: 2 }], c: 3 }, { a: 1 }, false],
];
it.each(FAILS)('Hookdeck: %j of %j is %s', (filter, data, matches) => {
  expect(verdict(filter, 'fails', data)).toBe(matches);
});

const deep = Array.from({ length: 5_000 }).reduce<object>((inner) => ({ a: inner }), { b: 1 });
const deepOr = Array.from({ length: 5_000 }).reduce<object>(
  (inner) => ({ $or: [inner, { a: 1 }] }),
  { b: 1 },
);
const many = Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`f${at}`, at]));

describe('what cannot be said exactly is named, never left out', () => {
  it.each<[unknown, OnMissing, string]>([
    ['approved', 'fails', 'is no object'],
    [['a'], 'fails', 'is no object'],
    [{ a: { $regex: '^x' } }, 'is skipped', '$regex'],
    [{ a: { $exist: true } }, 'fails', '$exist'],
    [{ a: { $exist: false } }, 'is skipped', '$exist'],
    [{ a: { $not: { $eq: 1 } } }, 'fails', '$not'],
    [{ $not: { a: 1 } }, 'fails', '$not'],
    [{ $and: [{ a: 1 }, { b: 1 }] }, 'is skipped', '$and'],
    [{ a: { $ref: 'b' } }, 'fails', '$ref'],
    [{ a: { $in: 'part' } }, 'fails', '$in'],
    [{ a: { $nin: ['x', 1] } }, 'fails', '$nin'],
    [{ a: { $neq: null } }, 'fails', '$neq'],
    [{ a: { $gt: '2026-01-01' } }, 'fails', '$gt'],
    [{ a: { $gt: 1, $gte: 2 } }, 'fails', '$gt with $gte'],
    [{ a: { $gt: 1, $neq: 2 } }, 'fails', '$gt with $neq'],
    [{ a: ['x', 'y'] }, 'fails', 'a list as the value of a'],
    [{ a: {} }, 'fails', 'an empty object as the value of a'],
    [{ 'a.$.b': 1 }, 'is skipped', 'elements of an array (a.$.b)'],
    [{ 'a.0': 1 }, 'is skipped', 'elements of an array (a.0)'],
    [{ 'a.b': 1, a: { b: 2 } }, 'is skipped', 'two conditions on one field'],
    [{ a: 1, $or: [{ a: 2 }, { b: 1 }] }, 'fails', 'two conditions on one field'],
    [{ a: 1, 'a.b': 2 }, 'is skipped', 'a as a value and as an object'],
    [{ $or: [{ a: 1 }] }, 'fails', '$or of fewer than two'],
    [deep, 'fails', 'more than 20 levels'],
    [deepOr, 'is skipped', 'more than 20 levels'],
    [many, 'is skipped', 'more than 10 conditions'],
  ])('%#: %s', (filter, onMissing, why) => {
    expect(operatorFilter(filter, onMissing)).toEqual({ lost: [`filter: ${why}`] });
  });

  it('no name of a field is special', () => {
    const given = JSON.parse('{"__proto__": {"admin": true}, "constructor": 1}');
    const { filter } = operatorFilter(given, 'fails');
    expect(JSON.stringify(filter)).toBe('{"constructor":[1],"__proto__":{"admin":[true]}}');
  });
});
