// The pure decisions, for all inputs: the next step, the pace of a release, the health of an endpoint.
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
import { nextStep } from '../../../lambdas/core/retries/next-step.ts';
import {
  delayAt,
  delaysOf,
  MAX_POLICY_SECONDS,
  MAX_RETRIES,
  type RetryPolicy,
  resolvePolicy,
  retryPolicySchema,
} from '../../../lambdas/core/retries/policy.ts';
import { answered, anyOutcome } from '../../builders/outcomes.ts';
import { DAY_MS, START_MS } from '../../local/simulation/simulated.ts';

const anyPolicy: fc.Arbitrary<RetryPolicy> = fc
  .record(
    {
      immediate: fc.boolean(),
      steps: fc.array(
        fc.record(
          {
            count: fc.integer({ min: 1, max: 30 }),
            seconds: fc.oneof(fc.nat({ max: 200_000 }), fc.double({ min: 0, max: 9, noNaN: true })),
            factor: fc.double({ min: 1, max: 10, noNaN: true }),
            maxSeconds: fc.nat({ max: 200_000 }),
          },
          { requiredKeys: ['count', 'seconds'] },
        ),
        { maxLength: 5 },
      ),
      maxRetries: fc.nat({ max: 100 }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
      retryOn: fc.uniqueArray(fc.constantFrom('5xx', '4xx', '429', 'timeout', 'network')),
    },
    { requiredKeys: [] },
  )
  .map((input) => retryPolicySchema.safeParse(input))
  .filter((parsed) => parsed.success)
  .map((parsed) => resolvePolicy(parsed.data ?? 'none'));

describe('a valid policy', () => {
  it('has finite delays, none negative, and they end', () => {
    fc.assert(
      fc.property(anyPolicy, (policy) => {
        const delays = delaysOf(policy);
        expect(delays.length).toBeLessThanOrEqual(MAX_RETRIES);
        expect(delays.every((delay) => Number.isFinite(delay) && delay >= 0)).toBe(true);
        expect(delays.reduce((sum, delay) => sum + delay, 0)).toBeLessThanOrEqual(
          MAX_POLICY_SECONDS,
        );
        expect(delays.map((_, retry) => delayAt(policy, retry))).toEqual(delays);
        expect(delayAt(policy, delays.length)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('leads from the same attempt to the same step, and changes nothing that it was given', () => {
    const number = fc.integer({ min: 1, max: 110 });
    const random = fc.double({ min: 0, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(anyPolicy, anyOutcome, number, random, (policy, outcome, numberInRun, chance) => {
        const made = {
          numberInRun,
          outcome,
          startedAtMs: START_MS,
          endedAtMs: START_MS + 80,
          anchorMs: START_MS - 7,
          deadlineAtMs: START_MS + 40 * DAY_MS,
        };
        const before = structuredClone({ policy, made });
        expect(nextStep(policy, made, chance)).toEqual(
          nextStep(structuredClone(policy), structuredClone(made), chance),
        );
        expect({ policy, made }).toEqual(before);
      }),
    );
  });

  it('never makes a Retry-After bring an attempt forward, or give up sooner', () => {
    const number = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(anyPolicy, number, fc.nat(), (policy, numberInRun, retryAfterMs) => {
        const made = (outcome = answered(503)) => ({
          numberInRun,
          outcome,
          startedAtMs: START_MS,
          endedAtMs: START_MS + 80,
          anchorMs: START_MS,
          deadlineAtMs: START_MS + 40 * DAY_MS,
        });
        const plain = nextStep(policy, made(), 0.5);
        const asked = nextStep(policy, made(answered(503, retryAfterMs)), 0.5);
        expect(asked.kind).toBe(plain.kind);
        if (plain.kind !== 'wait' || asked.kind !== 'wait') return;
        expect(asked.dueAtMs).toBeGreaterThanOrEqual(plain.dueAtMs);
        expect(asked.anchorMs).toBe(plain.anchorMs);
      }),
    );
  });
});

describe('the pace of a release', () => {
  it('at most doubles from step to step, and never has more under way than it allows', () => {
    /** At each step so many of what is under way are answered (a share), or none. */
    const answers = fc.array(fc.constantFrom(0, 0, 0.5, 1, 1, 1), { maxLength: 60 });
    fc.assert(
      fc.property(answers, fc.nat({ max: 1_000_000 }), (shares, counted) => {
        let release = recovering(START_MS).release;
        if (!release) throw new Error('a recovery begins with a release');
        let answered = counted;
        let underWay = 0;
        let nowMs = START_MS;
        for (const share of shares) {
          const { size } = release;
          const step = nextRelease(release, answered, nowMs);
          expect(step.release.size).toBeLessThanOrEqual(Math.min(size * 2, MAX_RELEASE));
          expect(step.release.size).toBeGreaterThanOrEqual(size);
          expect(step.allowed + step.underWay).toBeLessThanOrEqual(
            Math.max(step.release.size, step.underWay),
          );
          expect(step.underWay).toBeGreaterThanOrEqual(0);
          if (step.release.stalledSteps > 0)
            expect(step.allowed + underWay).toBeLessThanOrEqual(size);
          release = { ...step.release, released: step.release.released + step.allowed };
          underWay = step.underWay + step.allowed;
          const done = Math.floor(underWay * share);
          answered += done;
          underWay -= done;
          nowMs = release.nextAtMs;
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
