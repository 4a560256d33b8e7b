// Patterns and events from one small vocabulary, so that they meet often.
import fc from 'fast-check';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const NAMES = ['a', 'b', 'a-b', 'z'] as const;
const TEXTS = [
  '',
  'a',
  'b',
  'ab',
  'ABBA',
  'abba',
  'abcabcabd',
  'a*b',
  'a\\b',
  'Straße',
  'STRASSE',
  'ǅ',
  'é',
  '😀',
  '1',
  'true',
  '10.0.0.1',
  '10.0.0.255',
  '10.0.1.1',
  '2001:db8::1',
  '2001:0DB8:0:0:0:0:0:1',
  '::ffff:a00:1',
  '12:30',
] as const;
const NUMBERS = [0, 1, -1, 1.5, 2, 10, 300, 123456.789, 5e-7, -2.5e9, 9007199254740991] as const;
const WILDCARDS = [
  '*',
  'a*',
  '*a',
  '*b*',
  'a*b',
  '*abd',
  '*ab*ab*',
  'a\\*b',
  'a\\\\b',
  'ab',
  '',
  '*é',
];

const name = fc.constantFrom(...NAMES);
const text = fc.constantFrom(...TEXTS);
const number = fc.constantFrom(...NUMBERS);
const leaf: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 2, arbitrary: number },
  { weight: 1, arbitrary: fc.constantFrom<Json>(true, false, null) },
);

function members(depth: number): fc.Arbitrary<{ readonly [name: string]: Json }> {
  return fc.dictionary(name, valueAt(depth - 1), { minKeys: 1, maxKeys: 3, noNullPrototype: true });
}

function valueAt(depth: number): fc.Arbitrary<Json> {
  if (depth <= 0) return leaf;
  return fc.oneof(
    { weight: 3, arbitrary: leaf },
    { weight: 2, arbitrary: fc.array(leaf, { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.array(valueAt(depth - 1), { maxLength: 3 }) },
    { weight: 3, arbitrary: fc.array(members(depth - 1), { maxLength: 3 }) },
    { weight: 2, arbitrary: members(depth - 1) },
  );
}

/** An event's data. */
export const dataArbitrary = members(5);

const oneOrMore = <T>(entry: fc.Arbitrary<T>): fc.Arbitrary<T | T[]> =>
  fc.oneof(entry, fc.array(entry, { minLength: 1, maxLength: 3 }));
/** event-ruler reads an operand here as UTF-16 and finds no character beyond the first plane. */
const caseless = fc.constantFrom(...TEXTS.filter((entry) => entry !== '😀'));
const someText = fc.constantFrom(...TEXTS.filter((entry) => entry !== ''));
const wildcard = fc.constantFrom(...WILDCARDS);
const bounds = fc
  .tuple(number, number)
  .filter(([lower, upper]) => lower < upper)
  .chain(([lower, upper]) =>
    fc
      .tuple(fc.constantFrom('>', '>='), fc.constantFrom('<', '<='))
      .map(([above, under]): Json => [above, lower, under, upper]),
  );
const comparison = fc
  .tuple(fc.constantFrom('=', '<', '<=', '>', '>='), number)
  .map(([operator, bound]): Json => [operator, bound]);

const entry: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: leaf },
  { weight: 1, arbitrary: fc.record({ prefix: text }) },
  { weight: 1, arbitrary: fc.record({ suffix: text }) },
  { weight: 1, arbitrary: fc.record({ 'equals-ignore-case': caseless }) },
  { weight: 1, arbitrary: fc.record({ prefix: fc.record({ 'equals-ignore-case': caseless }) }) },
  { weight: 1, arbitrary: fc.record({ suffix: fc.record({ 'equals-ignore-case': caseless }) }) },
  { weight: 2, arbitrary: fc.record({ wildcard }) },
  { weight: 1, arbitrary: fc.record({ 'anything-but': oneOrMore(text) }) },
  { weight: 1, arbitrary: fc.record({ 'anything-but': oneOrMore(number) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      'anything-but': fc.oneof(
        fc.record({ prefix: oneOrMore(someText) }),
        fc.record({ suffix: oneOrMore(someText) }),
        fc.record({ 'equals-ignore-case': oneOrMore(caseless) }),
        fc.record({ wildcard: oneOrMore(wildcard) }),
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ numeric: fc.oneof(comparison, bounds) }) },
  { weight: 3, arbitrary: fc.record({ exists: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      cidr: fc.constantFrom('10.0.0.0/24', '10.0.0.77/25', '2001:db8::/32'),
    }),
  },
);
const condition = fc.array(entry, { minLength: 1, maxLength: 3 });

function patternOf(depth: number, minKeys: number, orElse: number): fc.Arbitrary<Json> {
  const nested = fc.oneof(
    { weight: 2, arbitrary: condition },
    { weight: depth > 0 ? 2 : 0, arbitrary: depth > 0 ? patternOf(depth - 1, 1, 0) : condition },
  );
  const plain = fc.dictionary(name, nested, { minKeys, maxKeys: 2, noNullPrototype: true });
  if (orElse === 0) return plain;
  const alternatives = fc.array(patternOf(1, 1, orElse - 1), { minLength: 2, maxLength: 2 });
  return fc.oneof(
    { weight: 5, arbitrary: patternOf(depth, 1, 0) },
    {
      weight: 2,
      arbitrary: fc.tuple(plain, alternatives).map(([rest, $or]) => ({ ...rest, $or })),
    },
  );
}

/** A filter that is well-formed, but may have two conditions on one path. */
export const patternArbitrary = patternOf(2, 0, 2);

/** A part of a filter, put somewhere by chance: most of these are refused. */
export const brokenPatternArbitrary: fc.Arbitrary<Json> = fc
  .tuple(
    patternArbitrary,
    fc.constantFrom<Json>(
      [],
      {},
      [[]],
      [['a']],
      'a',
      1,
      [{ prefix: 1 }],
      [{ prefix: 'a', suffix: 'b' }],
      [{ prefix: { prefix: 'a' } }],
      [{ suffix: { 'equals-ignore-case': 1 } }],
      [{ 'anything-but': [] }],
      [{ 'anything-but': ['a', 1] }],
      [{ 'anything-but': null }],
      [{ 'anything-but': [true] }],
      [{ 'anything-but': { prefix: '' } }],
      [{ 'anything-but': { suffix: ['a', ''] } }],
      [{ 'anything-but': { numeric: ['=', 1] } }],
      [{ 'anything-but': { wildcard: '**' } }],
      [{ numeric: [] }],
      [{ numeric: ['>'] }],
      [{ numeric: ['>', '1'] }],
      [{ numeric: ['!=', 1] }],
      [{ numeric: ['<', 5, '>', 1] }],
      [{ numeric: ['>', 5, '<', 1] }],
      [{ numeric: ['>', 5, '<', 5] }],
      [{ numeric: ['=', 5, '<', 6] }],
      [{ numeric: 5 }],
      [{ exists: 'true' }],
      [{ exists: null }],
      [{ cidr: '10.0.0.0' }],
      [{ exactly: 1 }],
      [{ cidr: '10.0.0.0/33' }],
      [{ cidr: '10.0.0/8' }],
      [{ cidr: '::/129' }],
      [{ cidr: 8 }],
      [{ wildcard: 'a**b' }],
      [{ wildcard: 'a\\b' }],
      [{ wildcard: 'a\\' }],
      [{ wildcard: 1 }],
      [{ regex: 'a' }],
      [{}],
    ),
    name,
  )
  .map(([pattern, part, at]) => ({ ...Object(pattern), [at]: part }));
