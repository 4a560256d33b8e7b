// For all inputs: the health of an endpoint, and the pace at which its backlog is released.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CLEAN_HEALTH,
  type Health,
  maySend,
  pausedByUser,
  recovering,
} from '../../../lambdas/core/health/health.ts';
import { type Observation, observe, thresholdsOf } from '../../../lambdas/core/health/observe.ts';
import { MAX_RELEASE, nextRelease } from '../../../lambdas/core/health/release-pace.ts';
import { START_MS } from '../../local/simulation/simulated.ts';

describe('the pace of a release', () => {
  it('at most doubles from step to step, and never has more under way than it allows', () => {
    /** At each step so many of what is under way are over (a share), or none. */
    const steps = fc.array(
      fc.tuple(fc.constantFrom(0, 0, 0.5, 1, 1, 1), fc.constantFrom(0, 0, 0, 1)),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (shares) => {
        let size = recovering(START_MS).release?.size ?? 0;
        let underWay = 0;
        for (const [share, failures] of shares) {
          const step = nextRelease(size, underWay, failures);
          const mayGrow = underWay === 0 && failures === 0;
          expect(step.size).toBe(mayGrow ? Math.min(size * 2, MAX_RELEASE) : size);
          expect(step.room).toBeGreaterThanOrEqual(0);
          expect(step.room + underWay).toBeLessThanOrEqual(Math.max(step.size, underWay));
          size = step.size;
          underWay += step.room;
          underWay -= Math.floor(underWay * share);
        }
      }),
    );
  });
});

describe('the health of an endpoint', () => {
  const seen: fc.Arbitrary<Omit<Observation, 'nowMs'> & { afterMs: number }> = fc.record({
    successes: fc.constantFrom(0, 0, 1, 7),
    failuresInRow: fc.constantFrom(0, 1, 1, 10, 200),
    gone: fc.constantFrom(false, false, false, true),
    probed: fc.boolean(),
    afterMs: fc.constantFrom(0, 40, 5_000, 61_000, 3_600_000, 30 * 3_600_000),
  });
  const thresholds = fc
    .tuple(
      fc.constantFrom(0, 5, 20),
      fc.constantFrom(true, false, { failures: 3, overSeconds: 60 }),
    )
    .map(([tripFailures, autoPause]) => thresholdsOf(autoPause, tripFailures));
  const event = fc.oneof(
    { weight: 8, arbitrary: seen },
    { weight: 1, arbitrary: fc.constantFrom('pause' as const, 'resume' as const) },
  );

  function expectValid(health: Health, nowMs: number): void {
    expect(health.failures).toBeGreaterThanOrEqual(0);
    expect(health.windowFailures).toBeGreaterThanOrEqual(0);
    expect([0, 50, 70, 90]).toContain(health.warned);
    expect(health.pausedBy !== undefined).toBe(health.state === 'paused');
    expect(health.release !== undefined).toBe(health.state === 'recovering');
    const isProbed = health.state === 'tripped' || health.state === 'paused';
    if (health.probeAtMs !== undefined) expect(isProbed).toBe(true);
    if (isProbed && health.pausedBy !== 'user') expect(health.probeAtMs).toBeGreaterThan(nowMs - 1);
    expect(health.failures > 0).toBe(health.failingSinceMs !== undefined);
    expect(health.failingSinceMs ?? 0).toBeLessThanOrEqual(nowMs);
    expect(maySend(health, { cause: 'curve' })).toBe(health.state === 'healthy');
    expect(JSON.parse(JSON.stringify(health))).toEqual(health);
  }

  it('is valid after anything that was observed, and the same each time', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), thresholds, (events, limits) => {
        let health = CLEAN_HEALTH;
        let nowMs = START_MS;
        for (const happened of events) {
          if (happened === 'pause') health = pausedByUser(health, nowMs);
          else if (happened === 'resume') {
            if (health.state !== 'healthy') health = recovering(nowMs);
          } else {
            nowMs += happened.afterMs;
            if (health.probeAtMs !== undefined && health.probeAtMs < nowMs) {
              health = { ...health, probeAtMs: nowMs };
            }
            const observed = observe(health, { ...happened, nowMs }, limits);
            expect(observe(health, { ...happened, nowMs }, limits)).toEqual(observed);
            health = observed.health;
          }
          expectValid(health, nowMs);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('tells each percentage once in a row of failures, and a pause when it happens', () => {
    const spans = fc.array(fc.integer({ min: 1, max: 5_000_000 }), {
      minLength: 1,
      maxLength: 300,
    });
    fc.assert(
      fc.property(spans, thresholds, (gaps, limits) => {
        let health = CLEAN_HEALTH;
        let nowMs = START_MS;
        const told: number[] = [];
        let pauses = 0;
        for (const gap of gaps) {
          nowMs += gap;
          const one = { successes: 0, failuresInRow: 1, gone: false, probed: false, nowMs };
          const observed = observe(health, one, limits);
          for (const transition of observed.transitions) {
            if (transition.kind === 'warned') told.push(transition.percent);
            if (transition.kind === 'paused') pauses++;
          }
          health = observed.health;
        }
        expect(told).toEqual([50, 70, 90].slice(0, told.length));
        expect(pauses).toBe(health.state === 'paused' ? 1 : 0);
        if (!limits.pause) expect([...told, pauses]).toEqual([0]);
      }),
    );
  });
});
