// Sealing: AES-256-GCM under one of the stack's keys, bound to the place where the sealed value belongs.
// Each sealed value says which version of the key it was sealed under.
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { SealBrokenError, UnknownSealingKeyError } from '../errors.ts';

/** Random bytes that each sealed value begins with. */
export const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
/** Before sealed bytes: the key's version. */
const VERSION_BYTES = 4;

/** The place a sealed value belongs to: moved to any other, it does not open. */
export interface SealPlace {
  readonly tenant: string;
  readonly environment: string;
  /** The endpoint's, signing key's or event's id. */
  readonly id: string;
  readonly purpose: string;
}

/** All versions of the key: any of them opens, the current one seals. */
export interface SealingKeys {
  readonly current: number;
  /** 32 bytes each. */
  readonly keys: ReadonlyMap<number, Buffer>;
  /**
   * From this version on each place has a key of its own, derived from the version's: the number of values that random
   * nonces allow under one key (2^32, NIST SP 800-38D section 8.3) is each place's then.
   */
  readonly perPlaceFrom?: number | undefined;
}

/** A 32-byte key from a secret of any length (at least 32 characters). */
export function sealingKeyFrom(secret: string): Buffer {
  return createHash('sha256').update(`posthorn sealing key\n${secret}`).digest();
}

/** One key that is all there is: version 1. */
export function soleKey(key: Buffer): SealingKeys {
  return { current: 1, keys: new Map([[1, key]]) };
}

/**
 * @param nonce 12 random bytes, never used twice under one key
 * @returns `v<version>.` and the base64url of nonce, ciphertext and tag
 */
export function seal(
  keys: SealingKeys,
  place: SealPlace,
  plain: string,
  nonce: Uint8Array,
): string {
  const bytes = encrypted(keys, place, Buffer.from(plain, 'utf8'), nonce);
  return `v${keys.current}.${bytes.toString('base64url')}`;
}

/**
 * @throws SealBrokenError if the value was sealed elsewhere, under another key, or was changed
 * @throws UnknownSealingKeyError if it was sealed under a version that is not among the keys
 */
export function unseal(keys: SealingKeys, place: SealPlace, sealed: string): string {
  const version = versionOf(sealed);
  if (version === undefined) throw new SealBrokenError();
  const bytes = Buffer.from(sealed.slice(sealed.indexOf('.') + 1), 'base64url');
  return decrypted(keys, version, place, bytes).toString('utf8');
}

/** The same for bytes: they begin with the version, 4 bytes, big-endian. */
export function sealBytes(
  keys: SealingKeys,
  place: SealPlace,
  plain: Uint8Array,
  nonce: Uint8Array,
): Buffer {
  const head = Buffer.alloc(VERSION_BYTES);
  head.writeUInt32BE(keys.current);
  return Buffer.concat([head, encrypted(keys, place, plain, nonce)]);
}

/** @throws SealBrokenError or UnknownSealingKeyError, as `unseal` does */
export function unsealBytes(keys: SealingKeys, place: SealPlace, sealed: Uint8Array): Buffer {
  const version = versionOfBytes(sealed);
  if (version === undefined) throw new SealBrokenError();
  const bytes = Buffer.from(sealed).subarray(VERSION_BYTES);
  return decrypted(keys, version, place, bytes);
}

/** The version of the key that a value was sealed under; undefined if it is no sealed value. */
export function versionOf(sealed: string): number | undefined {
  const version = /^v([1-9]\d{0,8})\./.exec(sealed)?.[1];
  return version === undefined ? undefined : Number(version);
}

export function versionOfBytes(sealed: Uint8Array): number | undefined {
  if (sealed.length < VERSION_BYTES) return undefined;
  const version = Buffer.from(sealed).readUInt32BE();
  return version === 0 ? undefined : version;
}

interface PlaceKey {
  readonly key: KeyObject;
  readonly associatedData: Buffer;
}

function keyAt({ keys, perPlaceFrom }: SealingKeys, version: number, place: SealPlace): PlaceKey {
  const key = keys.get(version);
  if (!key) throw new UnknownSealingKeyError(version);
  const { tenant, environment, id, purpose } = place;
  // A JSON array, so that no two places have the same bytes.
  const text = JSON.stringify([`v${version}`, tenant, environment, id, purpose]);
  const associatedData = Buffer.from(text);
  if (version < (perPlaceFrom ?? Number.POSITIVE_INFINITY)) {
    return { key: createSecretKey(key), associatedData };
  }
  const own = hkdfSync('sha256', key, '', createHash('sha256').update(text).digest(), KEY_BYTES);
  return { key: createSecretKey(new Uint8Array(own)), associatedData };
}

function encrypted(
  keys: SealingKeys,
  place: SealPlace,
  plain: Uint8Array,
  nonce: Uint8Array,
): Buffer {
  const { key, associatedData } = keyAt(keys, keys.current, place);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypted(keys: SealingKeys, version: number, place: SealPlace, bytes: Buffer): Buffer {
  const { key, associatedData } = keyAt(keys, version, place);
  if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new SealBrokenError();
  try {
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(associatedData);
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const plain = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([plain, decipher.final()]);
  } catch (error) {
    throw new SealBrokenError(error);
  }
}
