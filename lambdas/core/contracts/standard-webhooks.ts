// Standard Webhooks:
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
import { createHmac, sign as signBytes } from 'node:crypto';
import * as z from 'zod';
import { occurredAtMs } from '../events/event.ts';
import { asymmetricKeyOf, asymmetricSecret, isAsymmetric } from '../signing/asymmetric-secret.ts';
import type { SigningMoment } from '../signing/moment.ts';
import { hmacKeyOf, standardSecret } from '../signing/secret.ts';
import type { Contract, DeliveryFacts } from './contract.ts';

const optionsSchema = z.strictObject({
  /** The kind of secret that we create: `whsec_` for HMAC, or a `whsk_` key for ed25519. */
  signature: z.enum(['v1', 'v1a']).optional(),
});

/**
 * Body `{type, timestamp, data}` with the data's exact bytes; `webhook-id` is the event's id.
 * Signatures are over `id.timestamp.body`, one for each valid secret, separated by spaces, so that a
 * rotation needs no agreement on a moment: `v1,` and the base64 of HMAC-SHA256, or `v1a,` and that of
 * ed25519 where the secret is a `whsk_` key.
 */
export const standardWebhooks: Contract<z.infer<typeof optionsSchema>> = {
  name: 'standard-webhooks',
  optionsSchema,
  defaultRetryPolicy: 'forty-days',
  headerOptions: {},
  createSecret: (random, { signature }) =>
    signature === 'v1a' ? asymmetricSecret(random) : standardSecret(random),
  algorithms: () => [],
  headerNames: () => ['webhook-id', 'webhook-timestamp', 'webhook-signature'],

  shape({ event }) {
    const timestamp = new Date(occurredAtMs(event)).toISOString();
    const head = `{"type":${JSON.stringify(event.type)},"timestamp":"${timestamp}","data":`;
    return { kind: 'shaped', body: Buffer.from(`${head}${event.data}}`, 'utf8') };
  },

  identify: ({ event }, { nowMs }) => [
    ['webhook-id', event.id],
    ['webhook-timestamp', sentAt(nowMs)],
  ],
  sign(body, facts, _options, moment) {
    const signatures = moment.secrets.map((secret) => signatureWith(secret, body, facts, moment));
    return [['webhook-signature', signatures.join(' ')]];
  },
  describe: () => [],
};

const sentAt = (nowMs: number): string => String(Math.floor(nowMs / 1000));

function signatureWith(
  secret: string,
  body: Buffer,
  { event }: DeliveryFacts,
  { nowMs }: SigningMoment,
): string {
  const head = signedHead(event.id, nowMs);
  if (isAsymmetric(secret)) {
    const signed = Buffer.concat([Buffer.from(head), body]);
    return `v1a,${signBytes(null, signed, asymmetricKeyOf(secret)).toString('base64')}`;
  }
  const mac = createHmac('sha256', hmacKeyOf(secret)).update(head);
  return `v1,${mac.update(body).digest('base64')}`;
}

/** The part of the signed content before the body. */
export function signedHead(eventId: string, nowMs: number): string {
  return `${eventId}.${sentAt(nowMs)}.`;
}
