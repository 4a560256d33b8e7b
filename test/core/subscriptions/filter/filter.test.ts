// What a filter may say, with every fault by path, and what its limits are.
import { describe, expect, test } from 'vitest';
import { faultsOf } from '../../../../lambdas/core/faults.ts';
import {
  filterSchema,
  MAX_BRANCHES,
  MAX_FILTER_BYTES,
  MAX_FILTER_DEPTH,
} from '../../../../lambdas/core/subscriptions/filter/filter.ts';

function faultPaths(filter: unknown): string[] {
  const parsed = filterSchema.safeParse(filter);
  return parsed.success ? [] : faultsOf(parsed.error).map(({ path }) => path);
}

describe('a filter is refused', () => {
  test.each<[filter: unknown, path: string]>([
    ['a', ''],
    [[], ''],
    [null, ''],
    [{}, ''],
    [{ a: {} }, '/a'],
    [{ a: [] }, '/a'],
    [{ a: 'x' }, '/a'],
    [{ a: { b: null } }, '/a/b'],
    [{ a: [['x']] }, '/a/0'],
    [{ a: ['x', { regex: 'y' }] }, '/a/1'],
    [{ a: [{ prefix: 'x', suffix: 'y' }] }, '/a/0'],
    [{ a: [{ prefix: 1 }] }, '/a/0/prefix'],
    [{ a: [{ prefix: { prefix: 'x' } }] }, '/a/0/prefix'],
    [{ a: [{ suffix: { 'equals-ignore-case': 1 } }] }, '/a/0/suffix/equals-ignore-case'],
    [{ a: [{ 'equals-ignore-case': null }] }, '/a/0/equals-ignore-case'],
    [{ a: [{ wildcard: 'x**y' }] }, '/a/0/wildcard'],
    [{ a: [{ wildcard: 'x\\y' }] }, '/a/0/wildcard'],
    [{ a: [{ wildcard: 'x\\' }] }, '/a/0/wildcard'],
    [{ a: [{ 'anything-but': [] }] }, '/a/0/anything-but'],
    [{ a: [{ 'anything-but': ['x', 1] }] }, '/a/0/anything-but'],
    [{ a: [{ 'anything-but': true }] }, '/a/0/anything-but'],
    [{ a: [{ 'anything-but': ['x', null] }] }, '/a/0/anything-but/1'],
    [{ a: [{ 'anything-but': { numeric: ['=', 1] } }] }, '/a/0/anything-but'],
    [{ a: [{ 'anything-but': { prefix: ['x', ''] } }] }, '/a/0/anything-but/prefix/1'],
    [{ a: [{ 'anything-but': { wildcard: 'x**' } }] }, '/a/0/anything-but/wildcard'],
    [{ a: [{ numeric: [] }] }, '/a/0/numeric'],
    [{ a: [{ numeric: ['!=', 1] }] }, '/a/0/numeric'],
    [{ a: [{ numeric: ['>', '1'] }] }, '/a/0/numeric/1'],
    [{ a: [{ numeric: ['<', 5, '>', 1] }] }, '/a/0/numeric'],
    [{ a: [{ numeric: ['>', 5, '<', 5] }] }, '/a/0/numeric'],
    [{ a: [{ numeric: ['>', 1, '<', null] }] }, '/a/0/numeric/3'],
    [{ a: [{ exists: 'true' }] }, '/a/0/exists'],
    [{ a: [{ cidr: '10.0.0.0' }] }, '/a/0/cidr'],
    [{ a: [{ cidr: '10.0.0.0/33' }] }, '/a/0/cidr'],
    [{ a: [{ cidr: '010.0.0.0/8' }] }, '/a/0/cidr'],
    [{ a: [2 ** 53] }, '/a/0'],
    [{ a: ['\ud800'] }, '/a/0'],
    [{ $or: { a: ['x'] } }, '/$or'],
    [{ $or: [{ a: ['x'] }] }, '/$or'],
    [{ $or: [{ a: ['x'] }, 'y'] }, '/$or/1'],
    [{ $or: [{ a: ['x'] }, {}] }, '/$or/1'],
    [{ $or: [{ a: ['x'] }, { prefix: ['y'] }] }, '/$or/1/prefix'],
    [{ a: ['x'], $or: [{ a: ['y'] }, { b: ['z'] }] }, '/$or/0/a'],
  ])('%j, at %j', (filter, path) => {
    expect(faultPaths(filter)).toContain(path);
  });

  test('with all its faults at once', () => {
    expect(faultPaths({ a: 1, b: [{ exists: 1 }], c: { d: [{ cidr: 1 }] } })).toEqual([
      '/a',
      '/b/0/exists',
      '/c/d/0/cidr',
    ]);
  });

  test('above 4 KiB, also where it is short in characters', () => {
    expect(faultPaths({ a: ['é'.repeat(MAX_FILTER_BYTES / 2)] })).toEqual(['']);
    expect(faultPaths({ a: ['x'.repeat(MAX_FILTER_BYTES - 10)] })).toEqual([]);
  });

  test('with more combinations of $or than may be', () => {
    const alternatives = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ a: [index] }));
    expect(faultPaths({ $or: alternatives(MAX_BRANCHES) })).toEqual([]);
    expect(faultPaths({ $or: alternatives(MAX_BRANCHES + 1) })).toEqual(['']);
    const doubling = Array.from({ length: 60 }, (_, index) => [
      `k${index}`,
      { $or: [{ a: [1] }, { b: [1] }] },
    ]);
    expect(faultPaths(Object.fromEntries(doubling))).toEqual(['']);
  });

  test('with too many wildcards, or nested too deep', () => {
    const wildcards = Array.from({ length: 21 }, () => ({ wildcard: 'a*' }));
    expect(faultPaths({ a: wildcards })).toEqual(['']);
    let deep: unknown = ['x'];
    for (let depth = 0; depth <= MAX_FILTER_DEPTH + 1; depth++) deep = { a: deep };
    expect(faultPaths(deep)).toHaveLength(1);
  });
});

test('names that JavaScript gives objects are plain names', () => {
  expect(faultPaths(JSON.parse('{"__proto__": ["x"], "constructor": ["y"]}'))).toEqual([]);
  expect(faultPaths(JSON.parse('{"__proto__": "x"}'))).toEqual(['/__proto__']);
});
