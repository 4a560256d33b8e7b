// What every contract is made of: it forms one signed request from an event, or says why it cannot.
import type { z } from 'zod';
import type { Event } from '../event.ts';
import type { RetryPresetName } from '../retry-policy.ts';

/** Header names and values in the order and spelling in which they are sent. */
export type Headers = readonly (readonly [name: string, value: string])[];

/** What an attempt is formed from. Signatures are made anew for each; the idempotency key is not. */
export interface DeliveryFacts {
  readonly event: Event;
  readonly tenantName: string;
  /** The same on every attempt and every run of the delivery: `wh_` and 24 base-62 characters. */
  readonly idempotencyKey: string;
}

/** What signing needs from outside; a contract reads no clock and no randomness of its own. */
export interface SigningMoment {
  /** When the request is sent, Unix milliseconds. */
  readonly nowMs: number;
  /** The endpoint's valid secrets, newest first: more than one while a rotation overlaps. */
  readonly secrets: readonly [string, ...string[]];
}

export type FormedRequest =
  | { readonly kind: 'formed'; readonly headers: Headers; readonly body: Buffer }
  | { readonly kind: 'unshapeable'; readonly reason: string };

/** One delivery contract: what a receiver sees and may rely on. */
export interface Contract<Options = unknown> {
  readonly name: string;
  /** The endpoint's `contractOptions`, with defaults for all that is not given. */
  readonly optionsSchema: z.ZodType<Options>;
  readonly defaultRetryPolicy: RetryPresetName;
  /** A secret for an endpoint that brought none. @param random 32 random bytes */
  createSecret(random: Uint8Array): string;
  /** Headers that custom headers may not replace, in lower case. */
  readonly reservedHeaders: readonly string[];
  form(
    facts: DeliveryFacts,
    options: Options,
    moment: SigningMoment,
  ): Promise<FormedRequest> | FormedRequest;
}
