// Verifies a delivery of the contract idnow: npm install jsonwebtoken
import { createHash } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';

const TOLERANCE_SECONDS = 2 * 60;

/**
 * @param headers lower-case names, as Node.js gives them
 * @param body the raw bytes, before any parser saw them
 * @param secrets the endpoint's secret, and the one before it while a rotation overlaps
 * @returns the event; @throws if the delivery is not to be trusted
 */
export function verifyIdnow(
  headers: Record<string, string>,
  body: Uint8Array,
  secrets: readonly string[],
  nowSeconds = Math.floor(Date.now() / 1000),
): unknown {
  if (secrets.some((secret) => secret.length < 24))
    throw new Error('a secret is missing or too short');
  const token = (headers.authorization ?? '').replace(/^Bearer /, '');
  const digest = createHash('sha256').update(body).digest('hex');
  for (const secret of secrets) {
    try {
      const claims = jsonwebtoken.verify(token, secret, {
        algorithms: ['HS256'],
        clockTimestamp: nowSeconds,
        clockTolerance: TOLERANCE_SECONDS,
      });
      // The JWT speaks of one body only: without this check it could be put beside any other.
      if (typeof claims === 'object' && claims.body_sha256 === digest) {
        return JSON.parse(Buffer.from(body).toString('utf8'));
      }
    } catch {
      // Perhaps it was the other secret.
    }
  }
  throw new Error('the JWT does not verify');
}
