import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { SECRETS } from './secrets.mts';

/** @returns nothing unless one of the secrets signed it; the time is the event's, so it may be old */
export async function verify(headers: IncomingHttpHeaders, body: Buffer) {
  const given = Buffer.from(String(headers['x-webhook-signature']));
  const isGenuine = SECRETS.some((secret) => {
    // With the option `signedContent: "timestamp.body"`: .update(`${headers['x-webhook-timestamp']}.`) first.
    const mac = createHmac('sha256', secret).update(body).digest('hex');
    const expected = Buffer.from(`sha256=${mac}`);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!isGenuine) return undefined;
  const event = JSON.parse(body.toString('utf8'));
  return { id: String(event.id), event }; // Not `X-Webhook-ID`, which no signature covers.
}
