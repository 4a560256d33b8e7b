import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addTo,
  type Histogram,
  mergedHistogram,
} from '../../../lambdas/core/analytics/histogram.ts';

const anyHistogram: fc.Arbitrary<Histogram> = fc
  .array(fc.nat({ max: 1_000_000 }), { maxLength: 50 })
  .map((values) => {
    const histogram: Histogram = {};
    for (const value of values) addTo(histogram, value);
    return histogram;
  });

describe('merging histograms', () => {
  it('is associative', () => {
    fc.assert(
      fc.property(anyHistogram, anyHistogram, anyHistogram, (a, b, c) => {
        expect(mergedHistogram(mergedHistogram(a, b), c)).toEqual(
          mergedHistogram(a, mergedHistogram(b, c)),
        );
      }),
    );
  });

  it('is commutative', () => {
    fc.assert(
      fc.property(anyHistogram, anyHistogram, (a, b) => {
        expect(mergedHistogram(a, b)).toEqual(mergedHistogram(b, a));
      }),
    );
  });

  it('changes nothing with an empty one, and neither of the two', () => {
    fc.assert(
      fc.property(anyHistogram, (a) => {
        const before = structuredClone(a);
        expect(mergedHistogram(a, {})).toEqual(before);
        expect(a).toEqual(before);
      }),
    );
  });
});
