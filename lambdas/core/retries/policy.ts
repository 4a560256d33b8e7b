// A retry policy: from the attempt's number and outcome to a delay, or to a stop.
import * as z from 'zod';
import { isCoveredBy, isFinalFailure, type Outcome, RETRY_CLASSES } from './outcome.ts';

/** No policy retries more often, or for longer, than this. */
export const MAX_RETRIES = 100;
export const MAX_POLICY_SECONDS = 60 * 24 * 3600;

const stepSchema = z
  .strictObject({
    count: z.int().min(1).max(MAX_RETRIES),
    seconds: z.number().min(0).max(MAX_POLICY_SECONDS),
    factor: z.number().min(1).max(10).optional(),
    maxSeconds: z.number().min(0).max(MAX_POLICY_SECONDS).optional(),
  })
  .meta({ id: 'RetryStep' });

const retryOnSchema = z
  .string()
  .regex(
    new RegExp(`^(${RETRY_CLASSES.join('|')}|[1345][0-9][0-9])$`),
    `must be a status such as 429, or one of ${RETRY_CLASSES.join(', ')}`,
  );

/**
 * `immediate`: one retry at once after the first failure, which is not counted.
 * `steps`: `count` retries, each `seconds` after the one before; within a step the delay is
 * multiplied by `factor` from retry to retry, up to `maxSeconds`.
 * `maxRetries`: fewer than the steps hold, if given. `jitter`: up to this share of a delay is added.
 * `retryOn`: the outcomes that are retried; all failures if not given.
 */
const policyObjectSchema = z
  .strictObject({
    immediate: z.boolean().default(false),
    steps: z.array(stepSchema).max(20).default([]),
    maxRetries: z.int().min(0).max(MAX_RETRIES).optional(),
    jitter: z.number().min(0).max(1).default(0),
    retryOn: z.array(retryOnSchema).max(50).optional(),
  })
  .superRefine((policy, context) => {
    const retries = policy.steps.reduce((sum, step) => sum + step.count, 0);
    if (retries > MAX_RETRIES) {
      const message = `must hold at most ${MAX_RETRIES} retries in all, and holds ${retries}`;
      context.addIssue({ code: 'custom', path: ['steps'], message });
      return;
    }
    const seconds = delaysOf(policy).reduce((sum, delay) => sum + delay, 0) * (1 + policy.jitter);
    if (seconds > MAX_POLICY_SECONDS) {
      const message = `must end within ${MAX_POLICY_SECONDS} seconds (60 days), jitter included, and takes ${Math.round(seconds)}`;
      context.addIssue({ code: 'custom', path: ['steps'], message });
    }
  })
  .meta({ id: 'CustomRetryPolicy' });

export type RetryPolicy = z.infer<typeof policyObjectSchema>;

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
const PRESET_NAMES: RetryPresetName[] = ['forty-days', 'idnow', 'standard-webhooks', 'none'];

/** A policy as it is written in requests and settings: an object, or the name of a preset. */
export const retryPolicySchema = z
  .union(
    [z.enum(PRESET_NAMES), policyObjectSchema],
    `must be one of ${PRESET_NAMES.join(', ')}, or an object {immediate, steps, maxRetries, jitter, retryOn}`,
  )
  .meta({ id: 'RetryPolicy' });
export type RetryPolicyInput = z.infer<typeof retryPolicySchema>;

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
