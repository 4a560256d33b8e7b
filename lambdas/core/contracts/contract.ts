// What every contract is made of: it shapes a body from an event, or says why it cannot, and signs it.
// The body may be encrypted in between, so that signatures in headers cover the bytes that are sent.

import type { z } from 'zod';
import type { Event } from '../events/event.ts';
import type { Headers } from '../headers/names.ts';
import type { RetryPresetName } from '../retries/delays.ts';
import type { KeyAlgorithm, SigningKeyOwner } from '../signing/keys.ts';
import type { SigningMoment } from '../signing/moment.ts';
import type { NoticeWords } from './messages/words.ts';

/** What an attempt is formed from. Signatures are made anew for each; the idempotency key is not. */
export interface DeliveryFacts {
  readonly event: Event;
  readonly tenantName: string;
  /** The same on every attempt and every run of the delivery: `wh_` and 24 base-62 characters. */
  readonly idempotencyKey: string;
  /** The endpoint's token: `wh_...`. */
  readonly token: string;
  /** The page where the tenant's people see their webhooks, if the stack knows one. */
  readonly portal?: string | undefined;
  /** The tenant's own, for what people read of its notices. */
  readonly noticeWords?: NoticeWords | undefined;
  /** The stack's name in JWTs (`iss`), unless the contract's options name another. */
  readonly issuer: string;
  /** The endpoint's. */
  readonly signingKey?: SigningKeyOwner | undefined;
}

export type ShapedBody =
  | { readonly kind: 'shaped'; readonly body: Buffer }
  | { readonly kind: 'unshapeable'; readonly reason: string };

export type FormedRequest =
  | { readonly kind: 'formed'; readonly headers: Headers; readonly body: Buffer }
  | { readonly kind: 'unshapeable'; readonly reason: string };

/** The form of a chat's incoming webhook, as its service gives it. */
export interface IncomingWebhook {
  /** For whoever gives another. */
  readonly form: string;
  matches(url: URL): boolean;
}

/** One delivery contract: what a receiver sees and may rely on. */
export interface Contract<Options = unknown> {
  readonly name: string;
  /** The endpoint's `contractOptions`, with defaults for all that is not given. */
  readonly optionsSchema: z.ZodType<Options>;
  readonly defaultRetryPolicy: RetryPresetName;
  /**
   * For a contract whose headers may be added to another contract's as a further signature: the options
   * that they need.
   */
  readonly headerOptions?: z.ZodRawShape;
  /** Of a chat: nothing is signed, and no challenge is echoed. */
  readonly incomingWebhook?: IncomingWebhook;
  /** Its receivers are mailboxes: recipients stand in the place of a URL, nothing is signed, and no secret is shown. */
  readonly byMail?: true;
  /** A secret for an endpoint that is created without one. Of a chat the URL is the secret. @param random 32 random bytes */
  createSecret?(random: Uint8Array, options: Options): string;
  /** Options that only the operator's key may set. */
  readonly operatorsOptions?: readonly string[];
  /** Keys of the tenant or the stack that its own signature is made with. */
  algorithms(options: Options): readonly KeyAlgorithm[];
  /** The headers that it sets, in lower case: custom headers may not replace them. */
  headerNames(options: Options): readonly string[];
  shape(
    facts: DeliveryFacts,
    options: Options,
    moment: SigningMoment,
  ): Promise<ShapedBody> | ShapedBody;
  /** What its signature says beside the body: an id, a time. */
  identify(facts: DeliveryFacts, moment: SigningMoment): Headers;
  /** The signature's own headers, over the bytes that are sent. */
  sign(
    body: Buffer,
    facts: DeliveryFacts,
    options: Options,
    moment: SigningMoment,
  ): Promise<Headers> | Headers;
  /** The signature over the text of a JSON object, put into it: for a contract that signs there only. */
  signInBody?(text: string, facts: DeliveryFacts, options: Options, moment: SigningMoment): string;
  /** Everything else: a user agent, a token, an idempotency key. */
  describe(facts: DeliveryFacts, options: Options): Headers;
}
