// When a retry policy tries again: presets and delays, without the schema of the input, which the web pages can do without.
import { isCoveredBy, isFinalFailure, type Outcome } from './outcome.ts';

/** No policy retries more often, or for longer, than this. */
export const MAX_RETRIES = 100;
export const MAX_POLICY_SECONDS = 60 * 24 * 3600;

/**
 * `immediate`: one retry at once after the first failure, which is not counted.
 * `steps`: `count` retries, each `seconds` after the one before; within a step the delay is
 * multiplied by `factor` from retry to retry, up to `maxSeconds`.
 * `maxRetries`: fewer than the steps hold, if given. `jitter`: up to this share of a delay is added.
 * `retryOn`: the outcomes that are retried; all failures if not given.
 */
export interface RetryPolicy {
  immediate: boolean;
  steps: {
    count: number;
    seconds: number;
    factor?: number | undefined;
    maxSeconds?: number | undefined;
  }[];
  maxRetries?: number | undefined;
  jitter: number;
  retryOn?: string[] | undefined;
}

/** 65 retries over 39.25 days: the default of every contract but idnow. */
const FORTY_DAYS: RetryPolicy = {
  immediate: true,
  steps: [
    { count: 6, seconds: 60, factor: 2 },
    { count: 5, seconds: 3600 },
    { count: 20, seconds: 6 * 3600 },
    { count: 34, seconds: 24 * 3600 },
  ],
  jitter: 0,
};

/** As IDnow documents it: 10 retries after 1, 2, 4 ... 512 s, none above an hour; 4xx is final. */
const IDNOW: RetryPolicy = {
  immediate: false,
  steps: [{ count: 10, seconds: 1, factor: 2, maxSeconds: 3600 }],
  jitter: 0,
  retryOn: ['5xx', 'timeout', 'network'],
};

/** The schedule that the Standard Webhooks specification recommends. */
const STANDARD_WEBHOOKS: RetryPolicy = {
  immediate: false,
  steps: [
    { count: 1, seconds: 5 },
    { count: 1, seconds: 5 * 60 },
    { count: 1, seconds: 30 * 60 },
    { count: 1, seconds: 2 * 3600 },
    { count: 1, seconds: 5 * 3600 },
    { count: 1, seconds: 10 * 3600 },
    { count: 1, seconds: 14 * 3600 },
    { count: 1, seconds: 20 * 3600 },
    { count: 1, seconds: 24 * 3600 },
  ],
  jitter: 0.1,
};

const NONE: RetryPolicy = { immediate: false, steps: [], jitter: 0 };

export const RETRY_PRESETS = {
  'forty-days': FORTY_DAYS,
  idnow: IDNOW,
  'standard-webhooks': STANDARD_WEBHOOKS,
  none: NONE,
} as const;
export type RetryPresetName = keyof typeof RETRY_PRESETS;
export type RetryPolicyInput = RetryPresetName | RetryPolicy;

export function resolvePolicy(input: RetryPolicyInput): RetryPolicy {
  return typeof input === 'string' ? RETRY_PRESETS[input] : input;
}

/** The delays of the counted retries in seconds, without jitter; finite, never negative. */
export function delaysOf(policy: Pick<RetryPolicy, 'steps' | 'maxRetries'>): number[] {
  const count = policy.steps.reduce((sum, step) => sum + step.count, 0);
  return Array.from({ length: count }, (_, index) => delayAt(policy, index)).filter(
    (delay) => delay !== undefined,
  );
}

/** The delay before a counted retry (from 0) in seconds; undefined if there is none. */
export function delayAt(
  { steps, maxRetries = MAX_RETRIES }: Pick<RetryPolicy, 'steps' | 'maxRetries'>,
  retry: number,
): number | undefined {
  if (retry < 0 || retry >= maxRetries) return undefined;
  let index = retry;
  for (const step of steps) {
    if (index < step.count) {
      const seconds = step.seconds * (step.factor ?? 1) ** index;
      return Math.min(seconds, step.maxSeconds ?? MAX_POLICY_SECONDS, MAX_POLICY_SECONDS);
    }
    index -= step.count;
  }
  return undefined;
}

export function isRetried(policy: Pick<RetryPolicy, 'retryOn'>, outcome: Outcome): boolean {
  if (isFinalFailure(outcome)) return false;
  return (
    policy.retryOn === undefined || policy.retryOn.some((entry) => isCoveredBy(entry, outcome))
  );
}
