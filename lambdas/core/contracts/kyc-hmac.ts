// The HMAC KYC platform, as docs/receivers/kyc-hmac.md shows it to receivers.
import { createHmac } from 'node:crypto';
import * as z from 'zod';
import { type Event, occurredAtMs } from '../events/event.ts';
import { hexSecret, hmacKeyOf } from '../signing/secret.ts';
import type { Contract } from './contract.ts';

const optionsSchema = z.strictObject({
  /**
   * What the HMAC is over. The vendor says no more than "HMAC-SHA256 signature": the raw body is what
   * receivers most likely check. `timestamp.body` binds `X-Webhook-Timestamp` to it.
   */
  signedContent: z.enum(['body', 'timestamp.body']).default('body'),
});

/** The event's creation, Unix seconds: the same on every attempt. */
const createdAt = (event: Event): string => String(Math.floor(occurredAtMs(event) / 1000));

/**
 * Body `{id, type, created, data}` with the data's exact bytes. The signature's header carries one
 * value, so while a rotation overlaps the newest secret signs, and receivers accept both.
 */
export const kycHmac: Contract<z.infer<typeof optionsSchema>> = {
  name: 'kyc-hmac',
  optionsSchema,
  defaultRetryPolicy: 'forty-days',
  headerOptions: optionsSchema.shape,
  createSecret: hexSecret,
  algorithms: () => [],
  headerNames: () => ['x-webhook-id', 'x-webhook-timestamp', 'x-webhook-signature', 'user-agent'],

  shape({ event }) {
    const head = `"id":"${event.id}","type":${JSON.stringify(event.type)},"created":${createdAt(event)}`;
    return { kind: 'shaped', body: Buffer.from(`{${head},"data":${event.data}}`, 'utf8') };
  },

  identify: ({ event }) => [
    ['X-Webhook-ID', event.id],
    ['X-Webhook-Timestamp', createdAt(event)],
  ],
  sign(body, { event }, { signedContent }, { secrets }) {
    const mac = createHmac('sha256', hmacKeyOf(secrets[0]));
    if (signedContent === 'timestamp.body') mac.update(`${createdAt(event)}.`);
    return [['X-Webhook-Signature', `sha256=${mac.update(body).digest('hex')}`]];
  },
  describe: () => [['User-Agent', 'KYC-Webhooks/1.0']],
};
