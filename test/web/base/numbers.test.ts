import { describe, expect, it } from 'vitest';
import { ceiling, duration, percent, span } from '../../../web/src/base/numbers.ts';

describe('numbers for people', () => {
  it.each([
    [1, '100%'],
    [0.99996, '99.99%'],
    [0.9932, '99.32%'],
    [0.5, '50%'],
    [0.085, '8.5%'],
    [0, '0%'],
    [null, 'none yet'],
  ])('a share of %s is %s', (share, words) => {
    expect(percent(share)).toBe(words);
  });

  it.each([
    [3, '3 ms'],
    [999, '999 ms'],
    [8900, '8.9 s'],
    [10_000, '10 s'],
    [90_000, '1 min'],
    [null, 'none'],
  ])('%s ms are %s', (ms, words) => {
    expect(duration(ms)).toBe(words);
  });

  it.each([
    [500, '0 s'],
    [41_000, '41 s'],
    [29 * 60_000, '29 min'],
    [91 * 60_000, '1 h 31 min'],
    [5 * 3_600_000, '5 h'],
    [49 * 3_600_000, '2 d'],
  ])('%s ms are a span of %s', (ms, words) => {
    expect(span(ms)).toBe(words);
  });

  it('axes end at a round and even number that nothing exceeds', () => {
    for (let n = 1; n < 100_000; n += 37) {
      expect(ceiling(n)).toBeGreaterThanOrEqual(n);
      expect(ceiling(n)).toBeLessThanOrEqual(Math.max(4, n * 2));
      expect(ceiling(n) % 2).toBe(0);
    }
  });
});
