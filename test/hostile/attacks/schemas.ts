// The worst data for each keyword of JSON Schema, and the worst text for each format.
import { filling, list, members, nested, text } from './parts.ts';

export interface SchemaAttack {
  readonly schema: object;
  readonly data: object;
}

const strings = { type: 'string' };
/** Wrong in every item. */
const wrong = { a: filling(() => 1) };
const inItems = (items: object, data: object = wrong): SchemaAttack => ({
  schema: { properties: { a: { items } } },
  data,
});
const ofA = (schema: object, a: unknown): SchemaAttack => ({
  schema: { properties: { a: schema } },
  data: { a },
});
const many = members(18_500, (n) => [`k${n}`, n]);
const large = text('a');

export const KEYWORD_ATTACKS: Readonly<Record<string, readonly SchemaAttack[]>> = {
  type: [inItems(strings), inItems({ type: ['string', 'null', 'boolean', 'object', 'array'] })],
  const: [
    ofA(
      { items: { const: list(5_000, (n) => n) } },
      filling(() => [1, 2, 3]),
    ),
    ofA(
      { items: { const: large.slice(0, 30_000) } },
      filling(() => large.slice(0, 30_000)),
    ),
  ],
  enum: [
    inItems({ enum: list(4_000, (n) => `x${n}`) }),
    ofA(
      nested(40, { enum: [1] }, (items) => ({ enum: [1], items })) as object,
      nested(
        90,
        filling(() => 1),
        (inner) => [inner],
      ),
    ),
    ofA(
      { enum: [{}] },
      members(18_500, (n) => [`k${18_500 - n}`, n]),
    ),
  ],
  multipleOf: [inItems({ multipleOf: 1e-300 }, { a: filling(() => 1.7e308) })],
  maximum: [inItems({ maximum: 0 })],
  minimum: [inItems({ minimum: 2 })],
  exclusiveMaximum: [inItems({ exclusiveMaximum: 1 })],
  exclusiveMinimum: [inItems({ exclusiveMinimum: 1 })],
  maxLength: [ofA({ allOf: list(1_000, () => ({ maxLength: 1 })) }, large)],
  minLength: [ofA({ allOf: list(1_000, (n) => ({ minLength: n })) }, large)],
  pattern: [
    ofA({ pattern: '^(a|aa)+$' }, `${large}!`),
    ofA({ pattern: '^[A-Za-z0-9+/]*={0,2}$' }, large),
    ofA({ pattern: '(x+x+)+y' }, text('x')),
    ofA({ pattern: '(.*)(.*)(.*)(.*)[^a]$' }, large),
    ofA({ pattern: '(?:a?){400}b' }, text('ab')),
    ofA({ pattern: '[ab]*a[ab]{200}c' }, text('abbaababbbc')),
    ofA({ pattern: '\\p{L}{300}\\p{N}' }, text('aé漢😀1')),
    inItems({ pattern: '^(?:[a-z]+,)*$' }, { a: filling(() => 'aa,aa,aa,a') }),
  ],
  format: [inItems({ format: 'email' }, { a: filling(() => 'a'.repeat(64)) })],
  $ref: [
    {
      schema: {
        properties: { a: { items: { $ref: '#/$defs/a' } } },
        $defs: members(8, (n) => [
          ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'][n] ?? '',
          n === 7 ? strings : { anyOf: list(8, () => ({ $ref: `#/$defs/${'bcdefgh'[n]}` })) },
        ]),
      },
      data: wrong,
    },
    {
      schema: { items: { $ref: '#' }, properties: { a: { $ref: '#' } }, uniqueItems: true },
      data: {
        a: nested(
          95,
          filling(() => 1),
          (inner) => [inner],
        ),
      },
    },
  ],
  not: [inItems({ not: {} }), inItems({ not: { not: { type: 'string' } } })],
  anyOf: [inItems({ anyOf: list(1_000, () => strings) })],
  allOf: [inItems({ allOf: list(1_000, () => ({ type: 'number' })) })],
  oneOf: [inItems({ oneOf: list(1_000, () => ({ type: 'number' })) })],
  if: [inItems({ if: strings, else: strings })],
  // biome-ignore lint/suspicious/noThenProperty: it is JSON Schema's
  then: [inItems({ if: { type: 'number' }, then: strings })],
  else: [inItems({ if: { anyOf: list(500, () => strings) }, else: { allOf: [strings, strings] } })],
  dependentSchemas: [
    {
      schema: { dependentSchemas: members(600, (n) => [`k${n}`, { maxProperties: 1 }]) },
      data: many,
    },
  ],
  required: [inItems({ required: list(4_000, (n) => `r${n}`) }, { a: filling(() => ({})) })],
  minProperties: [{ schema: { allOf: list(900, () => ({ minProperties: 99_999 })) }, data: many }],
  maxProperties: [{ schema: { allOf: list(900, () => ({ maxProperties: 1 })) }, data: many }],
  propertyNames: [{ schema: { propertyNames: { maxLength: 1 } }, data: many }],
  dependentRequired: [
    {
      schema: {
        dependentRequired: members(40, (n) => [`k${n}`, list(80, (index) => `r${index}`)]),
      },
      data: many,
    },
  ],
  properties: [
    inItems({ properties: members(1_000, (n) => [`p${n}`, {}]) }, { a: filling(() => ({})) }),
    { schema: { properties: members(900, (n) => [`k${n}`, strings]) }, data: many },
  ],
  patternProperties: [
    {
      schema: { patternProperties: members(400, (n) => [`^(k|kk)*${n}$`, strings]) },
      data: members(5_000, (n) => [`${'k'.repeat(30)}${n}`, n]),
    },
  ],
  additionalProperties: [
    { schema: { additionalProperties: false }, data: many },
    {
      schema: {
        patternProperties: members(400, (n) => [`x${n}`, {}]),
        additionalProperties: false,
      },
      data: many,
    },
  ],
  unevaluatedProperties: [
    { schema: { unevaluatedProperties: false }, data: many },
    {
      schema: {
        allOf: list(800, () => ({ additionalProperties: true })),
        unevaluatedProperties: false,
      },
      data: many,
    },
  ],
  maxItems: [
    ofA(
      { maxItems: 1 },
      filling(() => 1),
    ),
  ],
  minItems: [
    ofA(
      { minItems: 999_999 },
      filling(() => 1),
    ),
  ],
  prefixItems: [
    inItems({ prefixItems: list(5_000, () => true) }, { a: filling(() => []) }),
    ofA(
      { prefixItems: list(1_500, () => strings) },
      filling(() => 1),
    ),
  ],
  items: [
    inItems(strings),
    inItems({ anyOf: [strings, { type: 'null' }] }),
    ofA(
      { allOf: list(1_000, () => ({ items: true })) },
      filling(() => 1),
    ),
  ],
  contains: [
    ofA(
      { allOf: list(900, () => ({ contains: strings })) },
      filling(() => 1),
    ),
  ],
  minContains: [
    ofA(
      { allOf: list(500, () => ({ contains: { type: 'number' }, minContains: 999_999 })) },
      filling(() => 1),
    ),
  ],
  maxContains: [
    ofA(
      { allOf: list(500, () => ({ contains: { type: 'number' }, maxContains: 1 })) },
      filling(() => 1),
    ),
  ],
  unevaluatedItems: [
    ofA(
      { unevaluatedItems: false },
      filling(() => 1),
    ),
    ofA(
      { allOf: list(700, () => ({ contains: { type: 'number' } })), unevaluatedItems: false },
      filling(() => 1),
    ),
  ],
  uniqueItems: [
    ofA(
      { uniqueItems: true },
      filling((n) => n),
    ),
    ofA(
      { uniqueItems: true },
      filling((n) => ({ a: n, b: [n] })),
    ),
    ofA(
      nested(40, { uniqueItems: true }, (items) => ({ uniqueItems: true, items })) as object,
      nested(
        80,
        filling((n) => n),
        (inner) => [inner],
      ),
    ),
  ],
};

const dots = text('a.');

export const FORMAT_ATTACKS: Readonly<Record<string, readonly string[]>> = {
  date: [text('1'), text('2026-01-01')],
  time: [text('1', 'Z'), `00:00:00.${text('0', 'x')}`],
  'date-time': [`2026-01-01T00:00:00.${text('0', 'x')}`, text('T')],
  duration: [`P${text('1')}`, `P${text('1Y')}`],
  uri: [`a:${text('%41')}!^`, `a://${text('@')}`, `a://[${text(':')}]`, text('a:'), text('/', ' ')],
  'uri-reference': [text('?#'), text('//'), `//${text('%41', '^')}`, dots],
  'uri-template': [text('{a}'), text('{'), text('{a,b', '}'), `{${text('a.')}}`, text('%41', '%')],
  url: [`http://${text('a', '\u0000')}`, `http://${text('a-')}`, `http://${dots}`],
  email: [`${text('a')}@b`, `"${text('\\a')}"@b`, `a@${dots}`, text('@')],
  hostname: [dots, text('a-')],
  ipv4: [text('1.'), text('1')],
  ipv6: [text(':'), text('1:')],
  regex: [text('('), text('a?'), text('[a-')],
  uuid: [text('a'), text('a-')],
  'json-pointer': [text('/'), text('/~0', '~'), text('/a', '~')],
  'json-pointer-uri-fragment': [`#${text('/%41', '%')}`, `#${text('/')}`],
  'relative-json-pointer': [text('1'), `0${text('/a', '~')}`],
};
