import { expect, it } from 'vitest';
import { inexactNumbersIn } from '../../../lambdas/core/transforms/exact-numbers.ts';

it.each([
  '0',
  '-0',
  '1.50',
  '1e2',
  '0.1',
  '123456789012345',
  '9007199254740992',
  '1.7976931348623157e308',
  '0.000001',
  '1E-7',
  '-12.300e-5',
  '0.30000000000000004',
])('%s is written with the same digits', (token) => {
  expect(inexactNumbersIn(`{"a":${token}}`)).toEqual([]);
});

it.each([
  '9007199254740993',
  '12345678901234567890',
  '0.12345678901234567890',
  '1e400',
  '1.00000000000000000001',
  '1e-400',
])('%s loses digits', (token) => {
  expect(inexactNumbersIn(`{"a":[1,{"b/c":${token}}],"d":"${token}"}`)).toEqual(['/a/1/b~1c']);
});

it('of a sample, whole numbers above 2^53 count, whatever digits they have', () => {
  const sample = JSON.stringify({ id: 2 ** 60, sum: 10.25, large: 1e300, safe: 2 ** 53 - 1 });
  expect(inexactNumbersIn(sample, { isSample: true })).toEqual(['/id']);
});

it('takes time in proportion to the digits', () => {
  const token = `1${'0'.repeat(200_000)}1`;
  const { user: before } = process.threadCpuUsage();
  expect(inexactNumbersIn(`{"a":${token}}`)).toEqual(['/a']);
  expect(process.threadCpuUsage().user - before).toBeLessThan(1_000_000);
});

it('names a few', () => {
  const text = JSON.stringify(Array(20).fill(0)).replaceAll('0', '9007199254740993');
  expect(inexactNumbersIn(text)).toHaveLength(5);
});
