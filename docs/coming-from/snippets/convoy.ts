// Accepts deliveries of Convoy (advanced signatures, SHA-256 in hex: its default) and of Posthorn, with one secret.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

const TOLERANCE_SECONDS = 300;

/** @throws Error unless one of them has signed these bytes @param body as it arrived */
export function verify(
  body: string,
  headers: Readonly<Record<string, string>>,
  secret: string,
  nowSeconds = Date.now() / 1000,
): void {
  if ('webhook-signature' in headers) {
    new Webhook(`whsec_${Buffer.from(secret).toString('base64')}`).verify(body, headers);
    return;
  }
  const [time = '', ...signatures] = (headers['x-convoy-signature'] ?? '').split(',');
  const seconds = time.replace(/^t=/, '');
  const expected = createHmac('sha256', secret).update(`${seconds},${body}`).digest();
  const isSigned = signatures.some((signature) => {
    const given = Buffer.from(signature.replace(/^v\d+=/, ''), 'hex');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  const isRecent = Math.abs(nowSeconds - Number(seconds)) <= TOLERANCE_SECONDS;
  if (!isSigned || !isRecent) throw new Error('no valid signature');
}
