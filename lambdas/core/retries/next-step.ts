// The decision after an attempt: one pure function, the heart of the retry engine.
import type { Cause, DeathReason } from './cause.ts';
import { delayAt, isRetried, type RetryPolicy } from './delays.ts';
import { isSuccess, type Outcome } from './outcome.ts';

/** A receiver's `Retry-After` counts up to this. */
const MAX_RETRY_AFTER_MS = 24 * 3600 * 1000;

export interface AttemptMade {
  /** Which attempt of its run this was, counted from 1. */
  readonly numberInRun: number;
  readonly outcome: Outcome;
  /** When it began, and when it was over: Unix milliseconds. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** What its due time is counted from on; its own start for the first attempt of a run. */
  readonly anchorMs: number | undefined;
  readonly deadlineAtMs: number;
}

export type NextStep =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'dead'; readonly reason: DeathReason }
  | {
      readonly kind: 'wait';
      readonly dueAtMs: number;
      readonly anchorMs: number;
      readonly cause: Cause;
    };

/**
 * Says what follows from an attempt.
 *
 * Due times are anchored: each is the undelayed due time before it plus the policy's delay, never
 * before the attempt's end, so that 65 steps do not drift. `Retry-After` and jitter only delay, and
 * do not move the anchor back.
 *
 * @param random a number in [0, 1), for jitter
 */
export function nextStep(policy: RetryPolicy, attempt: AttemptMade, random: number): NextStep {
  const { outcome, endedAtMs, deadlineAtMs } = attempt;
  if (isSuccess(outcome)) return { kind: 'delivered' };
  if (!isRetried(policy, outcome)) {
    const isUntransformed = outcome.kind === 'failure' && outcome.failure === 'transform_failed';
    return { kind: 'dead', reason: isUntransformed ? 'transform_failed' : 'final_outcome' };
  }
  if (endedAtMs >= deadlineAtMs) return { kind: 'dead', reason: 'deadline' };

  const anchorMs = attempt.anchorMs ?? attempt.startedAtMs;
  const earliestMs = endedAtMs + retryAfterOf(outcome);
  if (policy.immediate && attempt.numberInRun === 1) {
    const dueAtMs = Math.min(earliestMs, deadlineAtMs);
    return { kind: 'wait', dueAtMs, anchorMs, cause: 'immediate' };
  }

  const counted = attempt.numberInRun - 1 - (policy.immediate ? 1 : 0);
  const delaySeconds = delayAt(policy, counted);
  if (delaySeconds === undefined) return { kind: 'dead', reason: 'attempts' };

  const stepMs = delaySeconds * 1000;
  const nextAnchorMs = Math.max(anchorMs + stepMs, endedAtMs);
  if (nextAnchorMs > deadlineAtMs) return { kind: 'dead', reason: 'deadline' };
  const delayedMs = Math.max(nextAnchorMs + stepMs * policy.jitter * random, earliestMs);
  const dueAtMs = Math.min(Math.round(delayedMs), deadlineAtMs);
  return { kind: 'wait', dueAtMs, anchorMs: Math.round(nextAnchorMs), cause: 'curve' };
}

function retryAfterOf(outcome: Outcome): number {
  if (outcome.kind !== 'response') return 0;
  return Math.min(Math.max(outcome.response.retryAfterMs ?? 0, 0), MAX_RETRY_AFTER_MS);
}
