// The attempts that are still to come, by the rule that dispatch follows. Nothing is guessed: what a receiver answers
// decides, so this is what happens if it goes on failing as it did.
import { type RetryPolicyInput, resolvePolicy } from '../../../lambdas/core/retries/delays.ts';
import { nextStep } from '../../../lambdas/core/retries/next-step.ts';
import type { FailureKind, Outcome } from '../../../lambdas/core/retries/outcome.ts';
import type { Delivery } from '../base/models.ts';
import { DAY_MS, HOUR_MS } from '../base/time.ts';

/** More than any policy has. */
const BOUND = 200;

export interface Coming {
  readonly at: readonly number[];
  /** When it is dead if none is answered 2xx; undefined if there is no end but the last attempt. */
  readonly deadAt: number | undefined;
  readonly reason: 'attempts' | 'deadline' | 'final_outcome' | 'transform_failed' | undefined;
}

export function outcomeOf(name: string): Outcome {
  const status = /^http_(\d+)$/.exec(name)?.[1];
  if (status === undefined) return { kind: 'failure', failure: name as FailureKind, detail: '' };
  return { kind: 'response', response: { status: Number(status), headers: {}, body: '' } };
}

interface From {
  readonly firstAt: number;
  /** Attempts of this run before it. */
  readonly made: number;
  readonly outcome: string;
  readonly deadlineAt: number;
}

export function comingOf(policyInput: RetryPolicyInput, from: From): Coming {
  const policy = resolvePolicy(policyInput);
  const outcome = outcomeOf(from.outcome);
  const at = [from.firstAt];
  let anchorMs = from.firstAt;
  while (at.length < BOUND) {
    const due = at.at(-1) ?? from.firstAt;
    const step = nextStep(
      policy,
      {
        numberInRun: from.made + at.length,
        outcome,
        startedAtMs: due,
        endedAtMs: due,
        anchorMs,
        deadlineAtMs: from.deadlineAt,
      },
      0,
    );
    if (step.kind === 'delivered') return { at, deadAt: undefined, reason: undefined };
    if (step.kind === 'dead') {
      const reason = step.reason === 'event_expired' ? undefined : step.reason;
      return { at, deadAt: reason === 'deadline' ? from.deadlineAt : due, reason };
    }
    at.push(step.dueAtMs);
    anchorMs = step.anchorMs;
  }
  return { at, deadAt: undefined, reason: undefined };
}

export function comingOfDelivery(delivery: Delivery, policy: RetryPolicyInput): Coming | undefined {
  const { nextAttemptAt, deadlineAt, attempts, run } = delivery;
  if (nextAttemptAt === null || deadlineAt === null) return undefined;
  const made = attempts.filter((attempt) => attempt.run === run).length;
  const outcome = attempts.at(-1)?.outcome ?? 'http_500';
  return comingOf(policy, {
    firstAt: Date.parse(nextAttemptAt),
    made,
    outcome,
    deadlineAt: Date.parse(deadlineAt),
  });
}

export interface ComingGroup {
  readonly words: string;
  readonly count: number;
  readonly from: number;
  readonly to: number | undefined;
}

/** Attempts at the same interval as one line: "Every hour, 5, from ... to ...". */
export function groupsOf({ at }: Coming): ComingGroup[] {
  const [first, ...others] = at;
  if (first === undefined) return [];
  const groups: { words: string; count: number; from: number; to: number | undefined }[] = [
    { words: 'Next', count: 1, from: first, to: undefined },
  ];
  let before = first;
  for (const due of others) {
    const words = intervalWords(due - before);
    const last = groups.at(-1);
    if (last?.words === words && groups.length > 1) {
      last.count++;
      last.to = due;
    } else {
      groups.push({ words, count: 1, from: due, to: undefined });
    }
    before = due;
  }
  return groups;
}

function intervalWords(ms: number): string {
  if (ms === DAY_MS) return 'Every day';
  if (ms === HOUR_MS) return 'Every hour';
  if (ms % HOUR_MS === 0) return `Every ${ms / HOUR_MS} hours`;
  return 'At growing intervals';
}
