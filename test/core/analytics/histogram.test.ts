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
import { timesOf } from '../../../lambdas/core/analytics/series.ts';
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
    expectWithin(quantile(histogram, share), exact, share);
  }
  const { p50Ms, p95Ms, p99Ms } = timesOf({ ok: histogram, failed: {} }, values.length, 0);
  expectWithin(p50Ms, exactly(sorted, 0.5), 'p50 as it is shown');
  expectWithin(p95Ms, exactly(sorted, 0.95), 'p95 as it is shown');
  expectWithin(p99Ms, exactly(sorted, 0.99), 'p99 as it is shown');
}

function expectWithin(value: number | null | undefined, exact: number, what: unknown): void {
  const error = Math.abs((value ?? Number.NaN) - exact);
  expect(error, `${what} of ${exact}`).toBeLessThanOrEqual(exact * RELATIVE_ERROR * 1.000_001);
}

describe.each(DISTRIBUTIONS)('percentiles of %s', (_name, draw) => {
  it('are within the relative error of the exact ones', () => {
    const values = drawn(draw, 1);
    expectClose(histogramOf(values), values);
  });

  it('merged over 24 hours are those of one histogram of all', () => {
    const values = drawn(draw, 3);
    const hourly = Math.ceil(VALUES / 24);
    const hours = Array.from({ length: 24 }, (_, hour) =>
      values.slice(hour * hourly, (hour + 1) * hourly),
    );
    const merged = mergedHistogram(...hours.map(histogramOf));
    expect(totalIn(merged)).toBe(VALUES);
    expect(merged).toEqual(histogramOf(values));
    expectClose(merged, values);
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

  it('are shown in digits enough for every whole number of milliseconds', () => {
    const days = Array.from({ length: 1_000 }, (_, n) => 100_000 + n * 3_456_789);
    const wrong = [...Array.from({ length: 100_000 }, (_, n) => n), ...days].filter((value) => {
      const { p50Ms } = timesOf({ ok: { [bucketOf(value)]: 20 }, failed: {} }, 20, 0);
      return Math.abs((p50Ms ?? Number.NaN) - value) > value * RELATIVE_ERROR * 1.000_001;
    });
    expect(wrong).toEqual([]);
  });

  it('are few: all response times up to 30 s fit into 110', () => {
    expect(bucketOf(30_000) - bucketOf(1)).toBeLessThan(110);
  });

  it('of nothing have no percentile', () => {
    expect(quantile({}, 0.5)).toBeUndefined();
  });
});
