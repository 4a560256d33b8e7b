import { describe, expect, it } from 'vitest';
import { defined } from '../../lambdas/core/defined.ts';
import { optimistically } from '../../lambdas/core/optimistic.ts';

describe('optimistic writes', () => {
  it('are tried again until one is not overtaken, at most so many rounds', async () => {
    const overtaken = (times: number) => async (round: number) =>
      round < times ? undefined : round;
    expect(await optimistically(3, overtaken(2))).toBe(2);
    expect(await optimistically(3, overtaken(3))).toBeUndefined();
  });
});

describe('defined members', () => {
  it('are those that are not undefined: null, 0 and the empty string stay', () => {
    expect(Object.keys(defined({ a: undefined, b: null, c: 0, d: '', e: false }))).toEqual([
      'b',
      'c',
      'd',
      'e',
    ]);
  });
});
