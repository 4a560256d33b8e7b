// For all inputs: what a policy makes of an attempt.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  delayAt,
  delaysOf,
  MAX_POLICY_SECONDS,
  MAX_RETRIES,
  type RetryPolicy,
  resolvePolicy,
} from '../../../lambdas/core/retries/delays.ts';
import { nextStep } from '../../../lambdas/core/retries/next-step.ts';
import { retryPolicySchema } from '../../../lambdas/core/retries/policy.ts';
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
