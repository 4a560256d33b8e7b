// The worst data and filter for each operator of content filters, and for the shapes that they stand in.
import type { OPERATORS } from '../../../lambdas/core/subscriptions/filter/operators.ts';
import { filling, list, members, nested, text } from './parts.ts';

export interface FilterAttack {
  readonly filter: object;
  readonly data: object;
}

/** As many entries as a filter of 4,096 bytes holds. */
const entries = (of: (index: number) => unknown): unknown[] => {
  const bytes = Buffer.byteLength(JSON.stringify(of(999))) + 1;
  return list(Math.floor(4_000 / bytes), of);
};
const branches = (count: number) => ({
  $or: list(count, (index) => ({ [`b${index}`]: ['x'] })),
});

type Shape = 'value' | 'address' | '$or' | 'array' | 'dotted names' | 'absence' | 'depth' | 'names';

export const FILTER_ATTACKS: Readonly<
  Record<(typeof OPERATORS)[number] | Shape, readonly FilterAttack[]>
> = {
  prefix: [
    {
      filter: { a: entries((n) => ({ prefix: `${'a'.repeat(100)}${n}` })) },
      data: { a: filling(() => 'a'.repeat(110)) },
    },
    {
      filter: {
        a: entries((n) => ({ prefix: { 'equals-ignore-case': `${'aß'.repeat(50)}${n}` } })),
      },
      data: { a: filling(() => 'Ass'.repeat(60)) },
    },
    {
      filter: { a: [{ prefix: { 'equals-ignore-case': `${'a'.repeat(3_900)}b` } }] },
      data: { a: filling(() => 'A'.repeat(3_900)) },
    },
  ],
  suffix: [
    {
      filter: { a: entries((n) => ({ suffix: `${n}${'a'.repeat(100)}` })) },
      data: { a: filling(() => 'a'.repeat(110)) },
    },
    {
      filter: {
        a: entries((n) => ({ suffix: { 'equals-ignore-case': `${n}${'a'.repeat(40)}` } })),
      },
      data: { a: filling(() => 'A'.repeat(50)) },
    },
  ],
  'equals-ignore-case': [
    {
      filter: { a: entries((n) => ({ 'equals-ignore-case': `${'ß'.repeat(20)}${n}` })) },
      data: { a: filling(() => 'SS'.repeat(20)) },
    },
    {
      filter: { a: entries(() => ({ 'equals-ignore-case': 'a' })) },
      data: { a: filling(() => 'b') },
    },
  ],
  wildcard: [
    {
      filter: { a: list(20, (n) => ({ wildcard: `*${'a'.repeat(150)}b${n}*` })) },
      data: { a: text('a') },
    },
    {
      filter: { a: list(20, (n) => ({ wildcard: `${'*a'.repeat(80)}*b${n}` })) },
      data: { a: filling(() => 'a'.repeat(81)) },
    },
    { filter: { a: list(20, () => ({ wildcard: '*b*' })) }, data: { a: filling(() => 'a') } },
  ],
  'anything-but': [
    {
      filter: {
        a: [{ 'anything-but': { wildcard: list(20, (n) => `*${'a'.repeat(150)}b${n}*`) } }],
      },
      data: { a: text('a') },
    },
    {
      filter: { a: [{ 'anything-but': entries((n) => `x${n}`) }], z: ['x'] },
      data: { a: filling(() => 'x1'), z: 'x' },
    },
    {
      filter: {
        a: [{ 'anything-but': { prefix: entries((n) => `${'a'.repeat(60)}${n}`) } }],
        z: ['y'],
      },
      data: { a: filling(() => 'a'.repeat(70)), z: 'x' },
    },
  ],
  numeric: [
    {
      filter: { a: entries(() => ({ numeric: ['>', 9] })) },
      data: { a: filling(() => 1) },
    },
  ],
  exists: [
    {
      filter: { a: { x: [{ exists: false }] }, b: { x: [{ exists: true }] } },
      data: { a: filling(() => ({ x: 1 })), b: [{ x: 1 }] },
    },
    {
      filter: { a: { w: [{ exists: false }], x: [1], y: [{ exists: false }], z: [9] } },
      data: { a: filling(() => ({ w: 2, x: 1, z: 1 })) },
    },
  ],
  cidr: [
    {
      filter: { a: entries((n) => ({ cidr: `::${n.toString(16)}/128` })) },
      data: { a: filling(() => '1::') },
    },
    {
      filter: { a: entries((n) => ({ cidr: `10.0.${n % 256}.0/24` })) },
      data: { a: filling(() => '9.9.9.9') },
    },
    {
      filter: { a: [{ cidr: '::/1' }, 'x'] },
      data: { a: filling(() => '::::::::::::::::::::::::::::::::::::::1') },
    },
  ],
  value: [{ filter: { a: entries((n) => `${n}`) }, data: { a: filling(() => 'x') } }],
  address: [
    { filter: { a: entries((n) => `::${n.toString(16)}`) }, data: { a: filling(() => '1::') } },
    {
      filter: { a: list(150, () => '::0'), ...branches(90) },
      data: { a: list(2_000, () => '1::'), b0: 'x' },
    },
  ],
  $or: [
    {
      filter: { a: list(90, (n) => ({ numeric: ['=', n] })), ...branches(100) },
      data: { a: filling(() => -1), b99: 'x' },
    },
    {
      filter: { ...members(80, (n) => [`c${n}`, [n]]), ...branches(100) },
      data: { ...members(80, (n) => [`c${n}`, n]) },
    },
  ],
  array: [
    {
      filter: { a: { x: [1], y: [1], z: [1], w: [2] } },
      data: { a: filling((n) => ({ x: n % 2, y: (n + 1) % 2, z: 1, w: 2 })) },
    },
    {
      filter: { a: { b: { x: [1], y: [2] }, c: { x: [1], y: [2] }, d: [3] } },
      data: {
        a: list(60, () => ({
          b: list(60, (n) => ({ x: n % 2, y: n % 2 ? 0 : 2 })),
          c: list(60, () => ({ x: 1, y: 2 })),
          d: 4,
        })),
      },
    },
    {
      filter: { a: { x: [1], y: [2] } },
      data: {
        a: nested(
          90,
          filling((n) => ({ x: n % 2, y: n % 2 ? 0 : 2 })),
          (inner) => [inner],
        ),
      },
    },
  ],
  'dotted names': [
    {
      filter: {
        a: { x: [1], y: [2] },
        'a.x': { b: [{ exists: true }], z: [2] },
        'a-': { x: [{ exists: true }], z: [3] },
      },
      data: {
        a: list(4_000, (n) => ({ x: n % 2 ? 1 : 0, y: n % 2 ? 0 : 2 })),
        'a.x': list(4_000, (n) => ({ b: n, z: n })),
        'a-': list(4_000, (n) => ({ x: n, z: n })),
      },
    },
  ],
  absence: [
    {
      filter: { a: { x: [{ exists: false }], y: [{ exists: false }], z: [9, { exists: false }] } },
      data: { a: filling((n) => ({ [['x', 'y', 'z'][n % 3] ?? 'x']: 1 })) },
    },
  ],
  depth: [
    {
      filter: nested(19, { x: [2] }, (inner) => ({ a: inner })) as object,
      data: nested(
        19,
        filling(() => ({ x: 1 })),
        (inner) => ({ a: inner }),
      ) as object,
    },
    {
      filter: { a: [1] },
      data: {
        a: nested(
          95,
          filling(() => 2),
          (inner) => [inner],
        ),
      },
    },
  ],
  names: [{ filter: { a: [1] }, data: { b: members(20_000, (n) => [`k${n}`, {}]) } }],
};
