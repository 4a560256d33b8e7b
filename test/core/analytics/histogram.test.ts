// Against DataDog's own implementation, which shares no code with ours, and against exact percentiles.
import { DDSketch } from '@datadog/sketches-js';
import { describe, expect, it } from 'vitest';
import {
  addTo,
  bucketOf,
  type Histogram,
  mergedHistogram,
  middleOf,
  quantile,
  RELATIVE_ERROR,
  totalIn,
} from '../../../lambdas/core/analytics/histogram.ts';
import { randomFrom } from '../../../local/simulation/random.ts';
import { wholeOr } from '../../builders/share.ts';

const SHARES = [0, 0.1, 0.5, 0.9, 0.95, 0.99, 1];
const VALUES = wholeOr(1_000_000, 100_000);

type Draw = (random: () => number) => number;

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const DISTRIBUTIONS: readonly (readonly [string, Draw])[] = [
  ['uniform', (random) => Math.round(random() * 30_000)],
  ['lognormal', (random) => Math.round(Math.exp(5 + normal(random)))],
  [
    'two humps',
    (random) => Math.round(random() < 0.9 ? 20 + random() * 30 : 9_000 + random() * 999),
  ],
  ['a long tail', (random) => Math.round(20 / (1 - random()) ** 0.7)],
  ['mostly nothing', (random) => (random() < 0.8 ? 0 : Math.round(random() * 100))],
];

function drawn(draw: Draw, seed: number, count = VALUES): number[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => draw(random));
}

function histogramOf(values: readonly number[]): Histogram {
  const histogram: Histogram = {};
  for (const value of values) addTo(histogram, value);
  return histogram;
}

function exactly(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}

function expectClose(histogram: Histogram, values: readonly number[]): void {
  const sorted = values.toSorted((a, b) => a - b);
  for (const share of SHARES) {
    const exact = exactly(sorted, share);
    const error = Math.abs((quantile(histogram, share) ?? Number.NaN) - exact);
    expect(error, `${share} of ${exact}`).toBeLessThanOrEqual(exact * RELATIVE_ERROR * 1.000_001);
  }
}

describe.each(DISTRIBUTIONS)('percentiles of %s', (_name, draw) => {
  it('are within the relative error of the exact ones', () => {
    const values = drawn(draw, 1);
    expectClose(histogramOf(values), values);
  });

  it('merged over 24 hours are those of one histogram of all', () => {
    const hours = Array.from({ length: 24 }, (_, hour) => drawn(draw, hour + 1, VALUES / 50));
    const merged = mergedHistogram(...hours.map(histogramOf));
    expect(merged).toEqual(histogramOf(hours.flat()));
    expectClose(merged, hours.flat());
  });

  it('are those of DataDog’s sketch', () => {
    const values = drawn(draw, 2, 20_000);
    const oracle = new DDSketch({ relativeAccuracy: RELATIVE_ERROR });
    for (const value of values) oracle.accept(value);
    const ours = histogramOf(values);
    expect(totalIn(ours)).toBe(oracle.count);
    for (const share of SHARES) {
      expect(quantile(ours, share)).toBeCloseTo(oracle.getValueAtQuantile(share), 6);
    }
  });
});

describe('buckets', () => {
  it.each([0, 0.5, 1, 2, 3, 10, 999, 1_000, 30_000, 40 * 86_400_000])(
    'hold %d within the relative error of their middle',
    (value) => {
      const error = Math.abs(middleOf(bucketOf(value)) - value);
      expect(error).toBeLessThanOrEqual(value * RELATIVE_ERROR * 1.000_001);
    },
  );

  it('are few: all response times up to 30 s fit into 110', () => {
    expect(bucketOf(30_000) - bucketOf(1)).toBeLessThan(110);
  });

  it('of nothing have no percentile', () => {
    expect(quantile({}, 0.5)).toBeUndefined();
  });
});
