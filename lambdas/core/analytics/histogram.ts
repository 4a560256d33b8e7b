// Histograms with a bounded relative error: DDSketch's logarithmic mapping (Masson, Rim and Lee, VLDB 2019). Of merged
// histograms every percentile is as exact as of one.

/** The relative error of a percentile, at most. */
export const RELATIVE_ERROR = 0.05;

const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const PER_LOG = 1 / Math.log(GAMMA);
/** The smallest value that is told from zero. */
const SMALLEST = 1e-3;
/** Below the bucket of the smallest value. */
const ZERO = -200;

/** Counts by bucket: bucket i holds what is above GAMMA^(i-1) and up to GAMMA^i. */
export type Histogram = Record<number, number>;

/** @param value of any unit, not negative */
export function bucketOf(value: number): number {
  return value < SMALLEST ? ZERO : Math.ceil(Math.log(value) * PER_LOG);
}

/** The value that stands for a bucket: none in it is further away than the relative error. */
export function middleOf(bucket: number): number {
  return bucket === ZERO ? 0 : (2 * GAMMA ** bucket) / (1 + GAMMA);
}

/** What a bucket holds: above the first, and up to the second. */
export function bucketBounds(bucket: number): { readonly fromMs: number; readonly toMs: number } {
  if (bucket === ZERO) return { fromMs: 0, toMs: 0 };
  const rounded = (value: number) => Math.round(value * 10) / 10;
  return { fromMs: rounded(GAMMA ** (bucket - 1)), toMs: rounded(GAMMA ** bucket) };
}

export function addTo(histogram: Histogram, value: number, count = 1): void {
  const bucket = bucketOf(value);
  histogram[bucket] = (histogram[bucket] ?? 0) + count;
}

/** Adds all of the other one. */
export function mergeInto(histogram: Histogram, other: Histogram): void {
  for (const [bucket, count] of Object.entries(other)) {
    histogram[Number(bucket)] = (histogram[Number(bucket)] ?? 0) + count;
  }
}

export function mergedHistogram(...all: readonly Histogram[]): Histogram {
  const merged: Histogram = {};
  for (const one of all) mergeInto(merged, one);
  return merged;
}

export function totalIn(histogram: Histogram): number {
  return Object.values(histogram).reduce((sum, count) => sum + count, 0);
}

/**
 * The value below which the given share of all lies, by the rank floor(q * (n - 1)).
 * @param share 0 to 1 @returns undefined of an empty one
 */
export function quantile(histogram: Histogram, share: number): number | undefined {
  const buckets = Object.keys(histogram)
    .map(Number)
    .sort((a, b) => a - b);
  const rank = Math.floor(share * (totalIn(histogram) - 1));
  let below = 0;
  for (const bucket of buckets) {
    below += histogram[bucket] ?? 0;
    if (below > rank) return middleOf(bucket);
  }
  return undefined;
}
