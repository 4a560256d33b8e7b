// Verifies a delivery of the contract bronid. Node.js 20 or newer; nothing to install.
import { createHash, timingSafeEqual } from 'node:crypto';

const TOLERANCE_SECONDS = 5 * 60;

/**
 * @param headers lower-case names, as Node.js gives them
 * @param body the raw bytes, before any parser saw them
 * @param signingKeys the endpoint's secret, and the one before it while a rotation overlaps
 * @returns the verification; @throws if the delivery is not to be trusted
 */
export function verifyBronid(
  headers: Record<string, string>,
  body: Uint8Array,
  signingKeys: readonly string[],
  nowSeconds = Date.now() / 1000,
): unknown {
  if (signingKeys.some((secret) => secret.length < 24))
    throw new Error('a secret is missing or too short');
  const given = Buffer.from(headers['x-bronid-signature-sha'] ?? '');
  const isGenuine = signingKeys.some((signingKey) => {
    // SHA3-256, which is not SHA-256.
    const hash = createHash('sha3-256').update(body).update(signingKey).digest('hex');
    const expected = Buffer.from(`bronid_sec_sha256_${hash}`);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!isGenuine) throw new Error('the signature does not verify');
  const verification = JSON.parse(Buffer.from(body).toString('utf8'));
  if (!(Math.abs(nowSeconds - verification.timestamp) <= TOLERANCE_SECONDS)) {
    throw new Error('the delivery is too old, or the clocks differ');
  }
  return verification;
}
