import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  RETRY_PRESETS,
  type RetryPolicy,
  resolvePolicy,
} from '../../../lambdas/core/retries/delays.ts';
import { type AttemptMade, nextStep } from '../../../lambdas/core/retries/next-step.ts';
import type { Outcome } from '../../../lambdas/core/retries/outcome.ts';
import { retryPolicySchema } from '../../../lambdas/core/retries/policy.ts';
import { NOON_MS } from '../../builders/events.ts';
import { answered, anyOutcome, failed } from '../../builders/outcomes.ts';

const DAY_MS = 86_400_000;

const anyPolicy: fc.Arbitrary<RetryPolicy> = fc
  .record(
    {
      immediate: fc.boolean(),
      steps: fc.array(
        fc.record(
          {
            count: fc.integer({ min: 1, max: 20 }),
            seconds: fc.oneof(
              fc.nat({ max: 100_000 }),
              fc.double({ min: 0, max: 90, noNaN: true }),
            ),
            factor: fc.double({ min: 1, max: 3, noNaN: true }),
            maxSeconds: fc.nat({ max: 100_000 }),
          },
          { requiredKeys: ['count', 'seconds', 'maxSeconds'] },
        ),
        { maxLength: 4 },
      ),
      maxRetries: fc.nat({ max: 60 }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    },
    { requiredKeys: [] },
  )
  .map((input) => retryPolicySchema.safeParse(input))
  .filter((parsed) => parsed.success)
  .map((parsed) => resolvePolicy(parsed.data ?? 'none'));

const random = fc.double({ min: 0, max: 0.999_999, noNaN: true });

interface Walk {
  readonly policy: RetryPolicy;
  readonly deadlineAtMs?: number;
  readonly durationMs?: number;
  readonly lateMs?: number;
  readonly outcomes: (number: number) => Outcome;
  readonly random?: number;
}

/** The times at which attempts began, in seconds from the first, until the delivery ended. */
function walk({ policy, outcomes, ...options }: Walk) {
  const { deadlineAtMs = NOON_MS + 60 * DAY_MS, durationMs = 0, lateMs = 0, random = 0 } = options;
  const begun: number[] = [];
  let startedAtMs = NOON_MS;
  let anchorMs: number | undefined;
  for (let numberInRun = 1; ; numberInRun++) {
    if (numberInRun > 200) throw new Error('it does not end');
    begun.push((startedAtMs - NOON_MS) / 1000);
    const endedAtMs = startedAtMs + durationMs;
    const outcome = outcomes(numberInRun);
    const made = { numberInRun, outcome, startedAtMs, endedAtMs, anchorMs, deadlineAtMs };
    const step = nextStep(policy, made, random);
    if (step.kind !== 'wait') return { begun, step };
    expect(Number.isSafeInteger(step.dueAtMs)).toBe(true);
    expect(step.dueAtMs).toBeGreaterThanOrEqual(endedAtMs);
    expect(step.dueAtMs).toBeLessThanOrEqual(deadlineAtMs);
    if (step.dueAtMs >= deadlineAtMs) return { begun, step };
    anchorMs = step.anchorMs;
    startedAtMs = step.dueAtMs + lateMs;
  }
}

describe('whatever the policy and the outcomes', () => {
  it('every delay is finite and not negative, and the attempts end', () => {
    fc.assert(
      fc.property(
        anyPolicy,
        fc.array(anyOutcome, { minLength: 1, maxLength: 5 }),
        fc.nat({ max: 120_000 }),
        random,
        (policy, outcomes, durationMs, jitter) => {
          const { begun } = walk({
            policy,
            durationMs,
            random: jitter,
            outcomes: (number) => outcomes[number % outcomes.length] ?? failed('dns'),
          });
          expect(begun.length).toBeLessThanOrEqual(102);
        },
      ),
    );
  });

  it('a success is the end, and so is what no attempt can mend', () => {
    fc.assert(
      fc.property(
        anyPolicy,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 200, max: 299 }),
        (policy, numberInRun, status) => {
          const made: AttemptMade = {
            numberInRun,
            outcome: answered(status, 1_000),
            startedAtMs: NOON_MS,
            endedAtMs: NOON_MS,
            anchorMs: undefined,
            deadlineAtMs: NOON_MS - 1,
          };
          expect(nextStep(policy, made, 0)).toEqual({ kind: 'delivered' });
          for (const kind of ['unshapeable', 'event_expired'] as const) {
            const step = nextStep(policy, { ...made, outcome: failed(kind) }, 0);
            expect(step).toEqual({ kind: 'dead', reason: 'final_outcome' });
          }
        },
      ),
    );
  });

  it('Retry-After only delays: never earlier than without it, and by a day at most', () => {
    fc.assert(
      fc.property(
        anyPolicy,
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: -1_000, max: 3 * DAY_MS }),
        random,
        (policy, numberInRun, retryAfterMs, jitter) => {
          const made = (outcome: Outcome): AttemptMade => ({
            numberInRun,
            outcome,
            startedAtMs: NOON_MS,
            endedAtMs: NOON_MS + 500,
            anchorMs: undefined,
            deadlineAtMs: NOON_MS + 90 * DAY_MS,
          });
          const plain = nextStep(policy, made(answered(503)), jitter);
          const asked = nextStep(policy, made(answered(503, retryAfterMs)), jitter);
          expect(asked.kind).toBe(plain.kind);
          if (plain.kind !== 'wait' || asked.kind !== 'wait') return;
          expect(asked.dueAtMs).toBeGreaterThanOrEqual(plain.dueAtMs);
          expect(asked.anchorMs).toBe(plain.anchorMs);
          const bound = NOON_MS + 500 + Math.min(Math.max(retryAfterMs, 0), DAY_MS);
          expect(asked.dueAtMs).toBe(Math.max(plain.dueAtMs, bound));
        },
      ),
    );
  });

  it('jitter only delays, by less than its share', () => {
    fc.assert(
      fc.property(anyPolicy, random, (policy, jitter) => {
        const made: AttemptMade = {
          numberInRun: policy.immediate ? 2 : 1,
          outcome: failed('dns'),
          startedAtMs: NOON_MS,
          endedAtMs: NOON_MS,
          anchorMs: NOON_MS,
          deadlineAtMs: NOON_MS + 90 * DAY_MS,
        };
        const least = nextStep(policy, made, 0);
        const some = nextStep(policy, made, jitter);
        if (least.kind !== 'wait' || some.kind !== 'wait') return;
        const delayMs = least.dueAtMs - NOON_MS;
        expect(some.dueAtMs).toBeGreaterThanOrEqual(least.dueAtMs);
        expect(some.dueAtMs - least.dueAtMs).toBeLessThanOrEqual(delayMs * policy.jitter + 2);
      }),
    );
  });

  it('no attempt is due after the deadline', () => {
    fc.assert(
      fc.property(anyPolicy, fc.nat({ max: 40 * DAY_MS }), (policy, span) => {
        const deadlineAtMs = NOON_MS + span;
        walk({ policy, deadlineAtMs, outcomes: () => answered(503, 2 * DAY_MS) });
      }),
    );
  });
});

describe('the forty-day curve, walked', () => {
  const policy = RETRY_PRESETS['forty-days'];
  /** Sums of the curve: 1, 3, 7, 15, 31, 63 min, then hours, then six hours, then days. */
  const minutes = [0, 0, 1, 3, 7, 15, 31, 63, 123, 183, 243, 303, 363, 723];

  it('makes 67 attempts: the first, one at once, and 65 counted ones', () => {
    const { begun, step } = walk({ policy, outcomes: () => failed('connection_refused') });
    expect(begun).toHaveLength(67);
    expect(begun.slice(0, 14)).toEqual(minutes.map((minute) => minute * 60));
    expect(begun.at(-1)).toBe(3_391_380);
    expect(step).toEqual({ kind: 'dead', reason: 'attempts' });
  });

  it('does not drift when every attempt begins late and takes its time', () => {
    const { begun } = walk({
      policy,
      durationMs: 9_000,
      lateMs: 400,
      outcomes: () => failed('timeout_response'),
    });
    expect(begun).toHaveLength(67);
    // Only the retry at once follows the end of the attempt before it.
    expect(begun.slice(2, 7)).toEqual([60.4, 180.4, 420.4, 900.4, 1860.4]);
    expect(begun.at(-1)).toBeCloseTo(3_391_380.4, 3);
  });

  it('is dead at its deadline, not after', () => {
    const deadlineAtMs = NOON_MS + 10 * 60_000;
    const { begun, step } = walk({ policy, deadlineAtMs, outcomes: () => answered(500) });
    expect(begun).toEqual([0, 0, 60, 180, 420]);
    expect(step).toEqual({ kind: 'dead', reason: 'deadline' });
  });

  it('is followed to the letter after a Retry-After that was shorter than the step', () => {
    const { begun } = walk({ policy, outcomes: () => answered(429, 30_000) });
    expect(begun.slice(0, 5)).toEqual([0, 30, 60, 180, 420]);
  });

  it('goes back to its own times after a Retry-After that was longer', () => {
    const outcomes = (number: number) => answered(503, number === 3 ? 150_000 : undefined);
    const { begun } = walk({ policy, outcomes });
    expect(begun.slice(0, 6)).toEqual([0, 0, 60, 210, 420, 900]);
  });

  it('goes on from an attempt that an outage of ours delayed: the steps after it are kept', () => {
    const made: AttemptMade = {
      numberInRun: 4,
      outcome: answered(500),
      startedAtMs: NOON_MS + 36_000_000,
      endedAtMs: NOON_MS + 36_000_100,
      anchorMs: NOON_MS,
      deadlineAtMs: NOON_MS + 40 * DAY_MS,
    };
    const late = { dueAtMs: made.endedAtMs, anchorMs: made.endedAtMs };
    expect(nextStep(policy, made, 0)).toEqual({ kind: 'wait', cause: 'curve', ...late });
    const next = { ...made, ...late, numberInRun: 5, startedAtMs: made.endedAtMs };
    expect(nextStep(policy, next, 0)).toMatchObject({ dueAtMs: made.endedAtMs + 480_000 });
  });

  it('makes no retry at once after an attempt that ended past the deadline', () => {
    const made: AttemptMade = {
      numberInRun: 1,
      outcome: answered(500),
      startedAtMs: NOON_MS,
      endedAtMs: NOON_MS + 9_000,
      anchorMs: undefined,
      deadlineAtMs: NOON_MS + 5_000,
    };
    expect(nextStep(policy, made, 0)).toEqual({ kind: 'dead', reason: 'deadline' });
  });

  it('stops at the first success', () => {
    const outcomes = (number: number) => answered(number < 4 ? 500 : 204);
    expect(walk({ policy, outcomes })).toEqual({
      begun: [0, 0, 60, 180],
      step: { kind: 'delivered' },
    });
  });
});
