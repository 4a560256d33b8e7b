// How a retry policy is written in requests and settings.
import * as z from 'zod';
import { delaysOf, MAX_POLICY_SECONDS, MAX_RETRIES, type RetryPresetName } from './delays.ts';
import { RETRY_CLASSES } from './outcome.ts';

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

const PRESET_NAMES: RetryPresetName[] = ['forty-days', 'idnow', 'standard-webhooks', 'none'];

/** An object, or the name of a preset. */
export const retryPolicySchema = z
  .union(
    [z.enum(PRESET_NAMES), policyObjectSchema],
    `must be one of ${PRESET_NAMES.join(', ')}, or an object {immediate, steps, maxRetries, jitter, retryOn}`,
  )
  .meta({ id: 'RetryPolicy' });
