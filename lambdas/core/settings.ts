// The part of the configuration that the functions read while they run.
import * as z from 'zod';
import { emailSchema } from './destinations/email/settings.ts';
import { operatorListsSchema } from './destinations/http/lists.ts';
import { corsSchema, limitsSchema, portalSchema } from './edge/settings.ts';
import { retryPolicySchema } from './retries/policy.ts';
import { oidcSchema } from './sessions/oidc.ts';

/** Whether verification of URLs is optional or required. */
const VERIFY_MODES = ['never', 'optional', 'always'] as const;

export type VerifyMode = (typeof VERIFY_MODES)[number];

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
  /** Whether verification of endpoints' URLs is optional or required. */
  verifyUrl: z.enum(VERIFY_MODES).default('optional'),
  /** How old an entry of a polling feed must be to be shown: see events/feed.ts. */
  feedLagSeconds: z.int().min(2).max(120).default(10),
  /** Whether events are accepted whose type is not in the catalogue. */
  unknownEventTypes: z.enum(['accept', 'refuse']).default('accept'),
  /** Whether event data, and what receivers answer to it, is sealed in the ledger and on the queues. */
  sealEventData: z.boolean().default(false),
  /** What the operator opens or closes beyond the destination guard's own rules. */
  destinations: operatorListsSchema.prefault({}),
  /** How much of the HTTP API one key or one address may take, and how many of each there may be. */
  limits: limitsSchema,
  /** Which web pages may call the HTTP API. Ingest and api read it. */
  cors: corsSchema,
  /** Which web pages may embed the portal. The web function and api read it. */
  portal: portalSchema,
  /** The identity provider by which people of the operator sign in to the console. Api reads it. */
  oidc: oidcSchema,
  /** What mails are sent as. Api and dispatch read it. */
  email: emailSchema,
});
export type Settings = z.infer<typeof settingsSchema>;
