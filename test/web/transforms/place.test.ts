import { expect, it } from 'vitest';
import { faultOfSource } from '../../../lambdas/core/transforms/engine.ts';
import { placeOf } from '../../../web/src/transforms/place.ts';

it.each([
  ['{"a": }', 1, 7, '{"a": ', '}', ''],
  ['{\n  "a": b,\n  "c" d\n}', 3, 7, '  "c" ', 'd', ''],
  ['{"a": b', 1, 8, '{"a": b', ' ', ''],
  ['$now()', 1, 1, '', '$', 'now()'],
  ['a +\n', 2, 1, '', ' ', ''],
])('a mistake of %j is at its line and column', (source, line, column, before, mark, after) => {
  const place = placeOf(source, faultOfSource(source) ?? '');
  expect(place).toMatchObject({ line, column, before, mark, after });
  expect(place?.words).not.toContain('character');
});

it('a fault without a place has none', () => {
  expect(placeOf('$', 'must have at most 2048 bytes')).toBeUndefined();
});
