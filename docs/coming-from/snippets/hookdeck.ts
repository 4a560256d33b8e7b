// Accepts deliveries of Hookdeck and of Posthorn, with one secret.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** @throws Error unless one of them has signed these bytes @param body as it arrived */
export function verify(
  body: string,
  headers: Readonly<Record<string, string>>,
  secret: string,
): void {
  if ('webhook-signature' in headers) {
    new Webhook(`whsec_${Buffer.from(secret).toString('base64')}`).verify(body, headers);
    return;
  }
  const expected = createHmac('sha256', secret).update(body).digest();
  const given = Buffer.from(headers['x-hookdeck-signature'] ?? '', 'base64');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new Error('no valid signature');
  }
}
