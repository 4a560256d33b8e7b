import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leaseOfRelease, leasesUnderWay } from '../../lambdas/wake/release.ts';
import { HOUR_MS, MINUTE_MS, START_MS } from '../local/simulation/simulated.ts';

it('a release is known by its lease for as long as it may be under way, and not for long after', () => {
  const time = fc.integer({ min: START_MS, max: START_MS + HOUR_MS });
  fc.assert(
    fc.property(time, fc.integer({ min: 0, max: 3 * MINUTE_MS }), (releasedAtMs, ageMs) => {
      const lease = leaseOfRelease(releasedAtMs);
      expect(lease - releasedAtMs).toBeGreaterThan(10 * MINUTE_MS);
      const isKnown = leasesUnderWay(releasedAtMs + ageMs).includes(lease);
      if (ageMs <= MINUTE_MS) expect(isKnown).toBe(true);
      if (ageMs >= 2 * MINUTE_MS) expect(isKnown).toBe(false);
    }),
  );
});
