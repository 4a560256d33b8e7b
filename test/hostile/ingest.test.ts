// What tenants give to ingest where the operator's schema insists: for each keyword and format the worst that an event
// of 256 KB can do. A new keyword or format without an entry fails here.
import { describe, expect, it, test } from 'vitest';
import { FORMATS } from '../../lambdas/core/json/schema/formats.ts';
import { faultsOfSchema, SCHEMA_KEYWORDS } from '../../lambdas/core/json/schema.ts';
import { createSchemaCheck, MAX_FAULTS } from '../../lambdas/core/json/schema-check.ts';
import { Steps } from '../../lambdas/core/steps.ts';
import { MAX_EVENT_STEPS } from '../../lambdas/ingest/event-type-gate.ts';
import { MAX_BYTES, MAX_DATA_BYTES, smallOnesOf } from './attacks/parts.ts';
import { FORMAT_ATTACKS, KEYWORD_ATTACKS } from './attacks/schemas.ts';

/** They say nothing about data. */
const OF_NO_DATA = ['$schema', '$defs', 'definitions'];

test('every keyword and every format has an attack', () => {
  const known = [...Object.keys(KEYWORD_ATTACKS), ...OF_NO_DATA];
  expect(SCHEMA_KEYWORDS.filter((keyword) => !known.includes(keyword))).toEqual([]);
  expect(Object.keys(FORMATS).filter((format) => !(format in FORMAT_ATTACKS))).toEqual([]);
  const data = Object.entries(KEYWORD_ATTACKS).map(
    ([name, attacks]) => [name, attacks.map((attack) => attack.data)] as const,
  );
  expect(smallOnesOf([...data, ...Object.entries(FORMAT_ATTACKS)])).toEqual([]);
});

function checked(schema: object, data: unknown) {
  expect(faultsOfSchema(schema)).toEqual([]);
  const steps = new Steps(MAX_EVENT_STEPS);
  const faults = createSchemaCheck({ ...schema })(data, steps);
  expect(steps.taken).toBeLessThanOrEqual(MAX_EVENT_STEPS);
  if (faults !== 'over') expect(faults.length).toBeLessThanOrEqual(MAX_FAULTS);
  return faults;
}

describe.each(Object.entries(KEYWORD_ATTACKS))('the worst for %s', (keyword, attacks) => {
  it.each(attacks.map((attack, index) => [index, attack] as const))(
    '%i ends within its budget',
    (_, { schema, data }) => {
      expect(JSON.stringify(schema)).toContain(JSON.stringify(keyword));
      expect(JSON.stringify(schema).length).toBeLessThanOrEqual(32 * 1024);
      expect(Buffer.byteLength(JSON.stringify(data))).toBeLessThan(MAX_DATA_BYTES);
      checked(schema, data);
    },
  );
});

describe.each(Object.entries(FORMAT_ATTACKS))('the worst for the format %s', (format, texts) => {
  it.each(texts.map((text) => [text.slice(0, 20), text]))(
    '%j ends within its budget',
    (_, text) => {
      const faults = checked({ format }, text);
      expect(faults).not.toBe('over');
      // In many items at once, each of them short.
      const part = text.slice(0, 60);
      checked({ items: { format } }, Array(Math.floor(MAX_BYTES / 64)).fill(part));
    },
  );
});
