import { expect, it } from 'vitest';
import { fuzz } from './fuzz.ts';

it('no source does anything but be refused, fail or give a result', { timeout: 60_000 }, () => {
  const taken = fuzz(25, 3_000);
  expect(taken).toBeGreaterThan(500);
  expect(taken).toBeLessThan(2_500);
});
