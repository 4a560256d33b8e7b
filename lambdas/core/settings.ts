// The part of the configuration that the functions read while they run.
import { z } from 'zod';
import { operatorListsSchema } from './destination-lists.ts';
import { retryPolicySchema } from './retry-policy.ts';

export const settingsSchema = z.strictObject({
  /** How long events and deliveries are kept, in days. */
  retentionDays: z.int().min(1).max(3650).default(60),
  /** How long a run of a delivery may last, in days. */
  deadlineDays: z.number().min(0.001).max(60).default(40),
  /** The stack's retry policy, between the contract's default and the endpoint's own. */
  retryPolicy: retryPolicySchema.optional(),
  /** So many failed attempts in a row within a minute trip an endpoint; 0 never does. */
  tripFailures: z.int().min(0).max(100_000).default(20),
  /** The stack's name in JWTs (`iss`); an endpoint of the contract bynn may have its own. */
  issuer: z.string().min(1).max(256).default('posthorn'),
  /** Whether event data, and what receivers answer to it, is sealed in the ledger and on the queues. */
  sealEventData: z.boolean().default(false),
  /** What the operator opens or closes beyond the destination guard's own rules. */
  destinations: operatorListsSchema.prefault({}),
});
export type Settings = z.infer<typeof settingsSchema>;

export const DAY_MS = 24 * 3600 * 1000;
