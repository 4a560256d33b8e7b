// Verifies a delivery of the contract kyc-hmac. Node.js 20 or newer; nothing to install.
import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * @param headers lower-case names, as Node.js gives them
 * @param body the raw bytes, before any parser saw them
 * @param secrets the endpoint's secret, and the one before it while a rotation overlaps
 * @param signedContent as the endpoint's option of that name
 * @returns the event; @throws if the delivery is not to be trusted
 */
export function verifyKycHmac(
  headers: Record<string, string>,
  body: Uint8Array,
  secrets: readonly string[],
  signedContent: 'body' | 'timestamp.body' = 'body',
): unknown {
  if (secrets.some((secret) => secret.length < 24))
    throw new Error('a secret is missing or too short');
  const given = Buffer.from(headers['x-webhook-signature'] ?? '');
  // The timestamp is the event's, the same on every attempt: it says nothing of the time of sending.
  const head = signedContent === 'body' ? '' : `${headers['x-webhook-timestamp']}.`;
  const isGenuine = secrets.some((secret) => {
    const mac = createHmac('sha256', secret).update(head).update(body).digest('hex');
    const expected = Buffer.from(`sha256=${mac}`);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!isGenuine) throw new Error('the signature does not verify');
  return JSON.parse(Buffer.from(body).toString('utf8'));
}
