import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asFloatingPoint,
  indented,
  memberText,
  tokensOf,
} from '../../../web/src/base/json-text.ts';

describe('JSON as text', () => {
  it.each([
    ['{"data":{"a":1e400}}', 'data', '{"a":1e400}'],
    ['{"id":"data","data":18446744073709551615}', 'data', '18446744073709551615'],
    ['{"deep":{"data":1},"data": [1, {"data":2}] }', 'data', '[1, {"data":2}]'],
    ['{"data":"a\\"},b","next":1}', 'data', '"a\\"},b"'],
    ['{"d\\u0061ta":12.50}', 'data', '12.50'],
    ['{"other":1}', 'data', undefined],
    ['[{"data":1}]', 'data', undefined],
  ])('%s: the source of %s', (json, name, source) => {
    expect(memberText(json, name)).toBe(source);
  });

  it.each([
    ['12.50', '12.5'],
    ['1e400', 'Infinity'],
    ['18446744073709551615', '18446744073709552000'],
    ['-0', '0'],
    ['12.5', undefined],
    ['7', undefined],
  ])('%s is read as %s', (number, read) => {
    expect(asFloatingPoint(number)).toBe(read);
  });

  it('loses nothing in tokens, and indents without another change', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 4 }), (value, spaces) => {
        const json = JSON.stringify(value, undefined, spaces);
        const texts = tokensOf(json).map(({ text }) => text);
        expect(texts.join('')).toBe(json);
        expect(JSON.parse(indented(json))).toEqual(JSON.parse(json));
        expect(indented(indented(json))).toBe(indented(json));
      }),
    );
  });

  it('finds each member of any object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const json = JSON.stringify(object);
        for (const [name, value] of Object.entries(object)) {
          expect(memberText(json, name)).toBe(JSON.stringify(value));
        }
      }),
    );
  });
});
