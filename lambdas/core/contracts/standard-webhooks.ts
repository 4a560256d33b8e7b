// Standard Webhooks (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md).
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { keyBytesOf, standardSecret } from '../endpoint-secret.ts';
import { occurredAtMs } from '../event.ts';
import type { Contract } from './contract.ts';

const optionsSchema = z.strictObject({});

/**
 * Body `{type, timestamp, data}` with the data's exact bytes; `webhook-id` is the event's id.
 * The signature is `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`, one for each valid
 * secret, separated by spaces, so that a rotation needs no agreement on a moment.
 */
export const standardWebhooks: Contract<z.infer<typeof optionsSchema>> = {
  name: 'standard-webhooks',
  optionsSchema,
  defaultRetryPolicy: 'forty-days',
  createSecret: standardSecret,
  reservedHeaders: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
  form({ event }, _options, { nowMs, secrets }) {
    const timestamp = new Date(occurredAtMs(event)).toISOString();
    const head = `{"type":${JSON.stringify(event.type)},"timestamp":"${timestamp}","data":`;
    const body = Buffer.from(`${head}${event.data}}`, 'utf8');
    const sentAt = String(Math.floor(nowMs / 1000));
    const signatures = secrets.map((secret) => {
      const mac = createHmac('sha256', keyBytesOf(secret)).update(`${event.id}.${sentAt}.`);
      return `v1,${mac.update(body).digest('base64')}`;
    });
    return {
      kind: 'formed',
      headers: [
        ['webhook-id', event.id],
        ['webhook-timestamp', sentAt],
        ['webhook-signature', signatures.join(' ')],
      ],
      body,
    };
  },
};
