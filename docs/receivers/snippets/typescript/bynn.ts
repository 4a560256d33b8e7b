// Verifies a delivery of the contract bynn: npm install jsonwebtoken
import jsonwebtoken from 'jsonwebtoken';

const TOLERANCE_SECONDS = 5 * 60;

/**
 * @param body the raw bytes
 * @param publicKeys PEM: the pinned key, or all RSA keys of /.well-known/jwks.json. Read them anew,
 * once, when none verifies
 * @returns the data that was signed: use this, and not the fields beside the JWT
 */
export function verifyBynn(
  body: Uint8Array,
  publicKeys: readonly string[],
  nowSeconds = Math.floor(Date.now() / 1000),
): unknown {
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
