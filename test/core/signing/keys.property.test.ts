// The stack's keys over time: whoever reads the published keys as documented never meets a signature of
// a key that is not among them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_LEAD_SECONDS,
  JWKS_MAX_AGE_SECONDS,
  KEY_ALGORITHMS,
  type KeyAlgorithm,
  type Keyring,
  latestKey,
  publishedKeys,
  type StoredSigningKey,
  signingKeyAt,
  stateOf,
  withSuccessor,
} from '../../../lambdas/core/signing/keys.ts';

/** Dispatch may know the keys as they were so long ago. */
const DISPATCH_STALE_MS = 10_000;

const key = (id: string, nowMs: number, leadSeconds: number): StoredSigningKey => ({
  id,
  algorithm: 'RS256',
  origin: 'generated',
  publicKey: '',
  sealedPrivateKey: '',
  createdAtMs: nowMs,
  signsFromMs: nowMs + leadSeconds * 1000,
});

describe('rotation', () => {
  it('never surprises a receiver that keeps the published keys as long as it may', () => {
    const step = fc.record({
      waitSeconds: fc.integer({ min: 0, max: 3 * 24 * 3600 }),
      overlapSeconds: fc.integer({ min: 60, max: 7 * 24 * 3600 }),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 6 }),
        fc.nat({ max: 30 * 24 * 3600 }),
        fc.nat({ max: JWKS_MAX_AGE_SECONDS }),
        fc.nat({ max: DISPATCH_STALE_MS }),
        (steps, atSeconds, ageSeconds, staleMs) => {
          const history: { fromMs: number; keys: Keyring }[] = [
            { fromMs: Number.NEGATIVE_INFINITY, keys: withSuccessor([], key('k0', 0, 0), 0, 0) },
          ];
          let nowMs = 0;
          for (const [index, { waitSeconds, overlapSeconds }] of steps.entries()) {
            nowMs += waitSeconds * 1000;
            const before = history.at(-1)?.keys ?? [];
            const next = key(`k${index + 1}`, nowMs, DEFAULT_LEAD_SECONDS);
            history.push({
              fromMs: nowMs,
              keys: withSuccessor(before, next, overlapSeconds, nowMs),
            });
          }
          const known = (atMs: number): Keyring =>
            history.findLast(({ fromMs }) => fromMs <= atMs)?.keys ?? [];
          const sentAtMs = atSeconds * 1000;
          const signer = signingKeyAt(known(sentAtMs - staleMs), 'RS256', sentAtMs);
          const readAtMs = sentAtMs - ageSeconds * 1000;
          const published = publishedKeys(known(readAtMs), readAtMs).map(({ id }) => id);
          expect(published).toContain(signer?.id);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('of keys of either kind, made or imported, at any moment has one that signs, is published and is called so', () => {
    const seconds = (most: number) =>
      fc.oneof(fc.nat({ max: 30 }), fc.nat({ max: most }), fc.constant(0));
    const step = fc.record({
      waitSeconds: seconds(3 * 24 * 3600),
      leadSeconds: seconds(7 * 24 * 3600),
      overlapSeconds: seconds(7 * 24 * 3600),
      algorithm: fc.constantFrom(...KEY_ALGORITHMS),
      origin: fc.constantFrom('generated', 'brought'),
    });
    const firstOf = (algorithm: KeyAlgorithm) =>
      ({
        waitSeconds: 0,
        leadSeconds: 0,
        overlapSeconds: 0,
        algorithm,
        origin: 'generated',
      }) as const;
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 10 }),
        fc.array(seconds(7 * 24 * 3600), { minLength: 1, maxLength: 12 }),
        fc.nat({ max: DISPATCH_STALE_MS }),
        (steps, looks, staleMs) => {
          let nowMs = 0;
          const history = [{ fromMs: Number.NEGATIVE_INFINITY, keys: [] as Keyring }];
          for (const [index, step] of [...KEY_ALGORITHMS.map(firstOf), ...steps].entries()) {
            const { algorithm, origin, leadSeconds } = step;
            nowMs += step.waitSeconds * 1000;
            const next = { ...key(`k${index}`, nowMs, leadSeconds), algorithm, origin };
            const keys = withSuccessor(
              history.at(-1)?.keys ?? [],
              next,
              step.overlapSeconds,
              nowMs,
            );
            // Whatever was to begin after the newest is gone for good.
            const ofItsKind = keys.filter((one) => one.algorithm === algorithm);
            const latestMs = ofItsKind.at(-1)?.signsFromMs ?? 0;
            expect(ofItsKind.every((one) => one.signsFromMs <= latestMs)).toBe(true);
            history.push({ fromMs: nowMs, keys });
          }
          const knownAt = (atMs: number): Keyring =>
            history.findLast(({ fromMs }) => fromMs <= atMs)?.keys ?? [];
          // From when on there are keys of both kinds.
          const times = history.slice(KEY_ALGORITHMS.length).map(({ fromMs }) => fromMs);
          const moments = times.flatMap((fromMs) => looks.map((look) => fromMs + look * 1000));
          for (const atMs of moments) {
            const keys = knownAt(atMs);
            const published = publishedKeys(keys, atMs);
            for (const algorithm of KEY_ALGORITHMS) {
              const signer = signingKeyAt(keys, algorithm, atMs);
              expect(published).toContain(signer);
              const called = published.filter(
                (one) => one.algorithm === algorithm && stateOf(keys, one, atMs) === 'signing',
              );
              expect(called).toEqual([signer]);
              // What dispatch still has may be older, and is published all the same.
              const stale = signingKeyAt(knownAt(Math.max(0, atMs - staleMs)), algorithm, atMs);
              expect(published.map(({ id }) => id)).toContain(stale?.id);
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('publishes the successor at once, lets it sign after its lead, and drops the old after the overlap', () => {
    const first = withSuccessor([], key('a', 0, 0), 0, 0);
    const both = withSuccessor(first, key('b', 1_000, 600), 3600, 1_000);
    expect(latestKey(both, 'RS256')?.id).toBe('b');
    expect(both.map((one) => stateOf(both, one, 2_000))).toEqual(['signing', 'next']);
    expect(both.map((one) => stateOf(both, one, 601_000))).toEqual(['retiring', 'signing']);
    expect(publishedKeys(both, 1_000 + 4_199_000).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(publishedKeys(both, 1_000 + 4_200_000).map(({ id }) => id)).toEqual(['b']);
  });
});
