import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJson } from '../../../lambdas/core/json/source.ts';
import { formattedJson } from '../../builders/json.ts';

describe('for any JSON value in any formatting', () => {
  it('the slice of data is a substring of the body that means the same as the parsed data', () => {
    fc.assert(
      fc.property(formattedJson, fc.boolean(), ({ source, value }, isBatch) => {
        const event = `{ "type":"a" ,\t"data"\n: ${source} , "subject": "data" }`;
        const body = isBatch ? `{"events":[{"data":0}, ${event}]}` : event;
        const reading = readJson(Buffer.from(body, 'utf8'));
        if (reading.kind !== 'read') throw new Error(reading.detail);
        const slice = reading.source.dataTexts.get(isBatch ? '/events/1' : '');
        expect(slice).toBe(source);
        expect(JSON.parse(slice ?? '')).toEqual(value);
        expect(reading.source.faults).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('a repeated key is found wherever it stands', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.nat({ max: 3 })), { maxLength: 20 }),
        fc.string({ unit: 'binary' }),
        formattedJson,
        (places, key, { source }) => {
          const name = JSON.stringify(key);
          const twice = `{${name}:${source},"other-than-${places.length}":0,${name}:${source}}`;
          const body = places.reduceRight<string>(
            (inner, place) =>
              typeof place === 'number'
                ? `[${'0,'.repeat(place)}${inner}]`
                : `{${JSON.stringify(place)}:${inner}}`,
            twice,
          );
          fc.pre(key !== `other-than-${places.length}`);
          const reading = readJson(Buffer.from(body, 'utf8'));
          if (reading.kind !== 'read') throw new Error(reading.detail);
          // A member __proto__, which the generator likes, is a fault of its own.
          const faults = reading.source.faults.map((fault) => fault.message);
          expect(faults.filter((message) => message.includes('repeated'))).toEqual([
            'is repeated in its object',
          ]);
        },
      ),
    );
  });

  it('any bytes are either read or refused, never thrown on', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(['read', 'unreadable']).toContain(readJson(bytes).kind);
      }),
    );
  });
});
