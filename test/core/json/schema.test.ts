// Schemas of the catalogue: what is refused, with ajv (which is not used by the code) as the judge of the rest.

import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { faultsOfSchema, type JsonSchema } from '../../../lambdas/core/json/schema.ts';
import { createSchemaCheck as compile } from '../../../lambdas/core/json/schema-check.ts';
import { Steps } from '../../../lambdas/core/steps.ts';

function createSchemaCheck(schema: JsonSchema): (value: unknown) => unknown[] {
  const check = compile(schema);
  return (value) => {
    const faults = check(value, new Steps(1_000_000));
    if (faults === 'over') throw new Error('it exceeds its budget');
    return faults;
  };
}

describe('a schema is refused', () => {
  it.each<[schema: unknown, path: string]>([
    [null, ''],
    ['string', ''],
    [{ type: 'text' }, '/type'],
    [{ type: [] }, '/type'],
    [{ properties: [] }, '/properties'],
    [{ properties: { a: 1 } }, '/properties/a'],
    [{ properties: { 'a/b': { minLength: -1 } } }, '/properties/a~1b/minLength'],
    [{ items: [{}] }, '/items'],
    [{ prefixItems: {} }, '/prefixItems'],
    [{ allOf: [] }, '/allOf'],
    [{ anyOf: [{ type: 'x' }] }, '/anyOf/0/type'],
    [{ required: 'a' }, '/required'],
    [{ required: ['a', 'a'] }, '/required'],
    [{ enum: 'a' }, '/enum'],
    [{ multipleOf: 0 }, '/multipleOf'],
    [{ maxItems: 1.5 }, '/maxItems'],
    [{ pattern: '(' }, '/pattern'],
    [{ patternProperties: { '[': {} } }, '/patternProperties/['],
    [{ pattern: '(?=a)b' }, '/pattern'],
    [{ pattern: '(a)\\1' }, '/pattern'],
    [{ pattern: '((a{1,100}){1,100}){1,100}' }, '/pattern'],
    [{ pattern: 'a'.repeat(1_001) }, '/pattern'],
    [{ patternProperties: { '^(?!x)': {} } }, '/patternProperties/^(?!x)'],
    [{ format: 'int64' }, '/format'],
    [{ items: { format: 'idn-email' } }, '/items/format'],
    [{ dependentRequired: { a: [1] } }, '/dependentRequired/a/0'],
    [{ $schema: 'http://json-schema.org/draft-07/schema#' }, '/$schema'],
    [{ $ref: 'https://example.com/schema.json' }, '/$ref'],
    [{ $ref: 'other.json#/a' }, '/$ref'],
    [{ $ref: '#/$defs/none' }, '/$ref'],
    [{ $ref: '#/$defs', $defs: { a: {} } }, '/$ref'],
    [{ $ref: '#/$defs/%E0%A4%A', $defs: {} }, '/$ref'],
    [{ $id: 'https://example.com/a', type: 'object' }, '/$id'],
    [{ $dynamicRef: '#meta' }, '/$dynamicRef'],
    [{ $ref: '#' }, ''],
    [{ allOf: [{ $ref: '#/$defs/a' }], $defs: { a: { not: { $ref: '#' } } } }, ''],
    [{ properties: { a: { $ref: '#/properties/a' } } }, '/properties/a'],
  ])('%j, at %j', (schema, path) => {
    expect(faultsOfSchema(schema).map((fault) => fault.path)).toContain(path);
  });

  it.each([
    true,
    {},
    { $ref: '#/$defs/a%20b', $defs: { 'a b': { type: 'string' } } },
    { properties: { children: { type: 'array', items: { $ref: '#' } } } },
    { 'x-owner': 'risk', title: 'a', examples: [{ $ref: 'what anyone writes' }] },
    {
      'x-a': { $id: 'one' },
      'x-b': { $id: 'one' },
      examples: [{ $id: '::' }],
      const: { $id: 'x' },
    },
    { items: { $ref: '#/$defs/a/not' }, $defs: { a: { not: { type: 'null' } } } },
  ])('but not %j', (schema) => {
    expect(faultsOfSchema(schema)).toEqual([]);
    expect(() => createSchemaCheck(schema)).not.toThrow();
  });

  it('nested to any depth, without a crash', () => {
    let deep: unknown = {};
    for (let depth = 0; depth < 5_000; depth++) deep = { not: deep };
    expect(faultsOfSchema(deep)).toHaveLength(1);
  });
});

test('faults name the innermost place, and say what is missing or not known', () => {
  const check = createSchemaCheck({
    type: 'object',
    required: ['a', 'b/c'],
    properties: {
      a: { type: 'string', minLength: 2 },
      list: { items: { $ref: '#/$defs/whole' } },
    },
    additionalProperties: false,
    $defs: { whole: { type: 'integer' } },
  });
  expect(check({ a: 'ab', 'b/c': 1 })).toEqual([
    { path: '/b~1c', message: 'is not a known field' },
  ]);
  expect(check({ a: 'x', list: [1, 'y'] })).toEqual([
    { path: '/b~1c', message: 'is missing' },
    { path: '/a', message: 'string is too short (1 < 2)' },
    { path: '/list/1', message: 'type "string" is invalid. Expected "integer"' },
  ]);
});

const names = fc.constantFrom('a', 'b', 'c');
const leaf = fc.oneof(
  fc.constantFrom(0, 1, 2.5, -3, 10),
  fc.constantFrom('', 'a', 'ab', 'é😀'),
  fc.boolean(),
  fc.constant(null),
);
const instance = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(names, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

/** Holds for everything, though ajv does not see it at a glance. */
// biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
const THEN = { then: { not: false } };
const saysSomething = (branch: unknown): boolean => branch !== undefined && branch !== true;

function schemaOf(depth: number): fc.Arbitrary<JsonSchema> {
  const inner = depth === 0 ? fc.boolean() : schemaOf(depth - 1);
  const list = fc.array(inner, { minLength: 1, maxLength: 2 });
  const map = fc.dictionary(names, inner, { maxKeys: 2, noNullPrototype: true });
  const small = fc.nat({ max: 3 });
  const someNames = fc.uniqueArray(names, { maxLength: 2 });
  const all: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    type: fc.oneof(
      fc.constantFrom('array', 'boolean', 'integer', 'null', 'number', 'object', 'string'),
      fc.constant(['object', 'array']),
    ),
    enum: fc.array(leaf, { minLength: 1, maxLength: 3 }),
    const: leaf,
    minimum: small,
    exclusiveMaximum: small,
    multipleOf: fc.constantFrom(1, 0.5, 2),
    minLength: small,
    maxLength: small,
    pattern: fc.constantFrom('^a', 'b$', '.'),
    minItems: small,
    maxItems: small,
    uniqueItems: fc.boolean(),
    required: someNames,
    dependentRequired: fc.dictionary(names, someNames, { maxKeys: 1, noNullPrototype: true }),
    minProperties: small,
    maxProperties: small,
    properties: map,
    patternProperties: fc.dictionary(fc.constantFrom('^a', 'b'), inner, {
      maxKeys: 1,
      noNullPrototype: true,
    }),
    additionalProperties: inner,
    unevaluatedProperties: inner,
    propertyNames: inner,
    prefixItems: list,
    items: inner,
    allOf: list,
    anyOf: list,
    oneOf: list,
    not: inner,
    if: inner,
    // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
    then: inner,
    else: inner,
  };
  const some = fc.subarray(Object.keys(all), { minLength: 1, maxLength: 3 }).chain((kept) =>
    fc.record(Object.fromEntries(Object.entries(all).filter(([name]) => kept.includes(name))), {
      noNullPrototype: true,
    }),
  );
  // ajv passes over an `if` whose branches are absent or `true`, and what it evaluated is unevaluated then: see
  // the test below.
  return some.map((schema) =>
    'if' in schema && !saysSomething(schema.then) && !saysSomething(schema.else)
      ? { ...schema, ...THEN }
      : schema,
  );
}

const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });

/** What ajv says; undefined where its own generated code fails, as it does on the schema of the next test. */
function judgedByAjv(schema: JsonSchema, data: unknown): boolean | undefined {
  const validate = ajv.compile(schema);
  try {
    return validate(data);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

test('regression: an `if` without branches, on which ajv fails, is judged all the same', () => {
  const schema = {
    patternProperties: { '^a': { maxProperties: 0 } },
    anyOf: [{ if: { if: false } }, { additionalProperties: { additionalProperties: false } }],
  };
  const data = { a: null, b: { a: false } };
  expect(judgedByAjv(schema, data)).toBeUndefined();
  expect(createSchemaCheck(schema)(data)).toEqual([]);
});

test('regression: what an `if` without branches evaluated is evaluated (2020-12 core, 10.2.2.1)', () => {
  const schema = {
    unevaluatedProperties: { minProperties: 1 },
    if: { unevaluatedProperties: { unevaluatedProperties: false } },
  };
  expect(createSchemaCheck(schema)({ a: {} })).toEqual([]);
  expect(createSchemaCheck({ ...schema, if: { required: ['b'] } })({ a: {} })).not.toEqual([]);
  // A branch that is `true` changes nothing.
  // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
  const branched = { unevaluatedProperties: false, if: { additionalProperties: true }, then: true };
  expect(createSchemaCheck(branched)({ a: {} })).toEqual([]);
});

test('regression: what a failed `if` evaluated is not evaluated (2020-12 core, 10.2.2.1)', () => {
  const schema = {
    unevaluatedProperties: { required: ['a'] },
    if: { additionalProperties: false },
    ...THEN,
  };
  expect(createSchemaCheck(schema)({ a: {} })).not.toEqual([]);
  // ajv takes it for evaluated all the same.
  expect(judgedByAjv(schema, { a: {} })).toBe(true);
});

const hasBoth = (schema: JsonSchema): boolean =>
  /"if":/.test(JSON.stringify(schema)) && /"unevaluated/.test(JSON.stringify(schema));

/** Without `contains`: beside `prefixItems`, ajv takes an empty array to contain something. */
test('any schema is read, and any data judged, as ajv does', () => {
  let valid = 0;
  let invalid = 0;
  fc.assert(
    fc.property(schemaOf(2), instance, (schema, data) => {
      // Where ajv is wrong: see the test before.
      fc.pre(!hasBoth(schema));
      expect(faultsOfSchema(schema)).toEqual([]);
      const isValid = judgedByAjv(schema, data);
      fc.pre(isValid !== undefined);
      if (isValid) valid++;
      else invalid++;
      expect(createSchemaCheck(schema)(data).length === 0).toBe(isValid);
    }),
    { numRuns: 600 },
  );
  expect(Math.min(valid, invalid)).toBeGreaterThan(100);
});

/** Of json-schema-org/JSON-Schema-Test-Suite (MIT): what of it is supported here. See recorded/README.md. */
const suite: {
  readonly group: string;
  readonly schema: JsonSchema;
  readonly tests: readonly (readonly [string, unknown, boolean])[];
}[] = JSON.parse(
  readFileSync(new URL('recorded/json-schema-test-suite.json', import.meta.url), 'utf8'),
);

test('the official suite of tests passes', () => {
  const differing = suite.flatMap(({ group, schema, tests }) => {
    const check = createSchemaCheck(schema);
    return tests.flatMap(([title, data, valid]) =>
      (check(data).length === 0) === valid ? [] : [`${group}: ${title}`],
    );
  });
  expect(differing).toEqual([]);
  expect(suite.flatMap(({ tests }) => tests).length).toBeGreaterThan(1_500);
});

describe('what was stored before a schema had these limits', () => {
  it.each<[JsonSchema, unknown]>([
    [{ format: 'int64' }, 'x'],
    [{ pattern: '(?=a)b' }, 'x'],
    [
      { patternProperties: { '^(?!x)': { type: 'string' } }, additionalProperties: false },
      { a: 1 },
    ],
    [{ patternProperties: { '^(?!x)': {} }, unevaluatedProperties: false }, { a: 1 }],
  ])('asserts nothing that cannot be checked in linear time: %j', (schema, data) => {
    expect(createSchemaCheck(schema)(data)).toEqual([]);
    expect(createSchemaCheck({ allOf: [schema, { type: 'null' }] })(data)).toHaveLength(1);
  });

  it('asserts all that the validator before knew', () => {
    for (const [format, wrong] of Object.entries({
      url: 'a b',
      'json-pointer-uri-fragment': '/',
    })) {
      expect(faultsOfSchema({ format })).toEqual([]);
      expect(createSchemaCheck({ format })(wrong)).toHaveLength(1);
    }
  });
});

describe('faults', () => {
  it('are looked for until there are fifty', () => {
    const check = compile({ items: { anyOf: [{ type: 'string' }, { type: 'null' }] } });
    const few = new Steps(1_000);
    expect(check(Array(20_000).fill(1), few)).toHaveLength(50);
    const names = Array.from({ length: 4_000 }, (_, n) => `r${n}`);
    expect(compile({ not: { type: 'null', required: names } })({}, few)).toEqual([]);
    const first = compile({ not: { items: { type: 'string' } } });
    expect(first(Array(20_000).fill(1), few)).toEqual([]);
  });
});
