import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressGroup } from '../../../lambdas/core/edge/client-address.ts';
import { TokenBuckets } from '../../../lambdas/core/edge/token-buckets.ts';

const rules = { perSecond: 2, burst: 3, maxBuckets: 100 };

describe('a token bucket', () => {
  it('gives its burst at once, and then its rate', () => {
    const buckets = new TokenBuckets(rules);
    expect([0, 0, 0, 0, 0].map(() => buckets.take('a', 1_000))).toEqual([0, 0, 0, 500, 500]);
    expect(buckets.take('a', 1_499)).toBe(1);
    expect(buckets.take('a', 1_500)).toBe(0);
    expect(buckets.take('a', 1_500)).toBe(500);
  });

  it('says how long to wait without taking anything', () => {
    const buckets = new TokenBuckets({ ...rules, burst: 1 });
    for (let n = 0; n < 5; n++) expect(buckets.waitMs('a', 0)).toBe(0);
    buckets.take('a', 0);
    for (let n = 0; n < 5; n++) expect(buckets.waitMs('a', 100)).toBe(400);
  });

  it('keeps one caller’s tokens from another', () => {
    const buckets = new TokenBuckets({ ...rules, burst: 1 });
    expect([buckets.take('a', 0), buckets.take('b', 0)]).toEqual([0, 0]);
    expect(buckets.take('a', 0)).toBeGreaterThan(0);
  });

  it('gives nothing for a clock that was set back', () => {
    const buckets = new TokenBuckets({ ...rules, burst: 1 });
    buckets.take('a', 10_000);
    expect(buckets.take('a', 0)).toBe(500);
  });

  it('takes a bounded memory, whoever calls, and forgets who called longest ago', () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 1, maxBuckets: 10 });
    for (let n = 0; n < 10_000; n++) buckets.take(`caller ${n}`, 0);
    expect(buckets.size).toBe(10);
    expect(buckets.take('caller 9999', 0)).toBeGreaterThan(0);
    expect(buckets.take('caller 0', 0)).toBe(0);
  });

  it('never gives more than its burst and its rate together, whenever it is asked', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 200 }), (pauses) => {
        const buckets = new TokenBuckets(rules);
        let nowMs = 0;
        let given = 0;
        for (const pause of pauses) {
          nowMs += pause;
          if (buckets.take('a', nowMs) === 0) given++;
        }
        expect(given).toBeLessThanOrEqual(rules.burst + (nowMs * rules.perSecond) / 1000);
      }),
    );
  });

  it('has a token once the wait that it named is over', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5_000 }),
        fc.double({ min: 0.1, max: 50, noNaN: true }),
        (at, perSecond) => {
          const buckets = new TokenBuckets({ perSecond, burst: 1, maxBuckets: 10 });
          buckets.take('a', 0);
          const waitMs = buckets.waitMs('a', at);
          expect(buckets.take('a', at + waitMs)).toBe(0);
        },
      ),
    );
  });
});

describe('an address is counted', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::1', '2001:db8:1:2::/64'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['', ''],
  ])('%j as %j', (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });
});
