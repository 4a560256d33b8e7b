import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { SECRETS } from './secrets.mts';

/** The endpoint's option `signedContent`. */
const WITH_TIME = process.env.WEBHOOK_SIGNED_CONTENT === 'timestamp.body';

/** @returns nothing unless one of the secrets signed it; the time is the event's, so it may be old */
export async function verify(headers: IncomingHttpHeaders, body: Buffer) {
  const given = Buffer.from(String(headers['x-webhook-signature']));
  const isGenuine = SECRETS.some((secret) => {
    const before = WITH_TIME ? `${headers['x-webhook-timestamp']}.` : '';
    const mac = createHmac('sha256', secret).update(before).update(body).digest('hex');
    const expected = Buffer.from(`sha256=${mac}`);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!isGenuine) return undefined;
  const event = JSON.parse(body.toString('utf8'));
  return { id: String(event.id), event }; // Not `X-Webhook-ID`, which no signature covers.
}
