// Asymmetric keys of Standard Webhooks: `whsk_` and the base64 of an ed25519 key pair (32 bytes of seed,
// then 32 of the public key; the seed alone is taken too), `whpk_` and that of the public key.
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { memoized } from '../recent.ts';
import { bytesOfBase64 } from './base64.ts';

const PRIVATE_PREFIX = 'whsk_';
const PUBLIC_PREFIX = 'whpk_';
const SEED_BYTES = 32;
/** PKCS#8 of ed25519 (RFC 8410, section 7), up to the seed. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

export function isAsymmetric(secret: string): boolean {
  return secret.startsWith(PRIVATE_PREFIX);
}

/** Key objects are costly to make: the latest are kept. */
const MAX_KEPT = 1_000;

export const asymmetricKeyOf = memoized(MAX_KEPT, (secret): KeyObject => {
  const seed = Buffer.from(secret.slice(PRIVATE_PREFIX.length), 'base64').subarray(0, SEED_BYTES);
  const der = Buffer.concat([PKCS8_HEAD, seed]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
});

/** @param random 32 random bytes: the seed */
export function asymmetricSecret(random: Uint8Array): string {
  const seedAlone = PRIVATE_PREFIX + Buffer.from(random).toString('base64');
  const pair = Buffer.concat([random, rawPublicKey(asymmetricKeyOf(seedAlone))]);
  return PRIVATE_PREFIX + pair.toString('base64');
}

/** The fault of a `whsk_` secret, if it has one. */
export function asymmetricFault(secret: string): string | undefined {
  const bytes = bytesOfBase64(secret.slice(PRIVATE_PREFIX.length));
  if (typeof bytes === 'string') return `must be whsk_ and base64 that ${bytes}`;
  if (bytes.length !== SEED_BYTES && bytes.length !== 2 * SEED_BYTES) {
    return 'must be whsk_ and the base64 of an ed25519 key of 32 or 64 bytes';
  }
  const isPair = bytes.length === 2 * SEED_BYTES;
  if (isPair && !rawPublicKey(asymmetricKeyOf(secret)).equals(bytes.subarray(SEED_BYTES))) {
    return 'must be a key pair whose halves belong together';
  }
  return undefined;
}

/** What receivers verify with: `whpk_...` */
export function publicSecretOf(secret: string): string {
  return PUBLIC_PREFIX + rawPublicKey(asymmetricKeyOf(secret)).toString('base64');
}

/** The last 32 bytes of its SPKI (RFC 8410, section 4). */
function rawPublicKey(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-SEED_BYTES);
}
