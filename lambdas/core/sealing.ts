// Sealing: AES-256-GCM under the stack's key, bound to the place where the sealed value belongs.
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { SealBrokenError } from './errors.ts';

const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The place a sealed value belongs to: moved to any other, it does not open. */
export interface SealPlace {
  readonly tenant: string;
  readonly environment: string;
  /** The endpoint's or signing key's id. */
  readonly id: string;
  readonly purpose: string;
}

/** A 32-byte key from what Secrets Manager holds, whatever its length (at least 32 characters). */
export function sealingKeyFrom(secret: string): Buffer {
  return createHash('sha256').update(`posthorn sealing key\n${secret}`).digest();
}

/**
 * @param key 32 bytes
 * @param nonce 12 random bytes, never used twice under one key
 * @returns `v1.` and the base64url of nonce, ciphertext and tag
 */
export function seal(key: Buffer, place: SealPlace, plain: string, nonce: Uint8Array): string {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(place));
  const sealed = Buffer.concat([
    nonce,
    cipher.update(plain, 'utf8'),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  return `${VERSION}.${sealed.toString('base64url')}`;
}

/** @throws SealBrokenError if the value was sealed elsewhere, under another key, or was changed */
export function unseal(key: Buffer, place: SealPlace, sealed: string): string {
  const [version, encoded] = sealed.split('.', 2);
  const bytes = Buffer.from(encoded ?? '', 'base64url');
  if (version !== VERSION || bytes.length < NONCE_BYTES + TAG_BYTES) throw new SealBrokenError();
  try {
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(associatedData(place));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const plain = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([plain, decipher.final()]).toString('utf8');
  } catch (error) {
    throw new SealBrokenError(error);
  }
}

/** A JSON array, so that no two places have the same bytes. */
function associatedData(place: SealPlace): Buffer {
  return Buffer.from(
    JSON.stringify([VERSION, place.tenant, place.environment, place.id, place.purpose]),
  );
}
