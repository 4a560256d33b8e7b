// Verifies a delivery of the contract bynn: npm install jsonwebtoken
import { timingSafeEqual } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';

const TOLERANCE_SECONDS = 5 * 60;

/**
 * @param headers lower-case names, as Node.js gives them
 * @param body the raw bytes
 * @param publicKeys PEM: the pinned key, or all RSA keys of your JWKS. Read them anew, once, when none
 * verifies
 * @param token the endpoint's: its deliveries carry it
 * @returns the data that was signed: use this, and not the fields beside the JWT. Its `event_id` tells
 * whether the event came before
 */
export function verifyBynn(
  headers: Record<string, string>,
  body: Uint8Array,
  publicKeys: readonly string[],
  token: string,
  nowSeconds = Math.floor(Date.now() / 1000),
): unknown {
  const [given, own] = [Buffer.from(headers['x-webhook-token'] ?? ''), Buffer.from(token)];
  // Other endpoints may verify with the same keys.
  if (own.length < 8 || given.length !== own.length || !timingSafeEqual(given, own)) {
    throw new Error('the delivery is meant for another endpoint');
  }
  const { jwt } = JSON.parse(Buffer.from(body).toString('utf8'));
  for (const publicKey of publicKeys) {
    try {
      // The algorithm is ours to say, never the token's. Expired tokens are refused here.
      const claims = jsonwebtoken.verify(jwt, publicKey, {
        algorithms: ['RS256'],
        clockTimestamp: nowSeconds,
        clockTolerance: TOLERANCE_SECONDS,
      });
      if (typeof claims === 'object') return claims.data;
    } catch {
      // Perhaps it was another of the keys.
    }
  }
  throw new Error('the JWT does not verify');
}
