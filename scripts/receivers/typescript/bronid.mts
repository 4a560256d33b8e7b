import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { SECRETS } from './secrets.mts';

const TOLERANCE_SECONDS = 5 * 60;

/** @returns nothing unless one of the secrets signed it within the last five minutes */
export async function verify(headers: IncomingHttpHeaders, body: Buffer) {
  const given = Buffer.from(String(headers['x-bronid-signature-sha']));
  const isGenuine = SECRETS.some((secret) => {
    // SHA3-256, which is not SHA-256.
    const hash = createHash('sha3-256').update(body).update(secret).digest('hex');
    const expected = Buffer.from(`bronid_sec_sha256_${hash}`);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!isGenuine) return undefined;
  const { timestamp, signature: _, ...event } = JSON.parse(body.toString('utf8'));
  if (!(Math.abs(Date.now() / 1000 - timestamp) <= TOLERANCE_SECONDS)) return undefined;
  // There is no id: what stays the same when it is sent again tells it.
  return { id: createHash('sha256').update(JSON.stringify(event)).digest('hex'), event };
}
