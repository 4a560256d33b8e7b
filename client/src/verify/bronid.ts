// bronid: SHA3-256 and Keccak-256 (as it was before FIPS 202) of the raw body and the signing key.
import {
  bytesOf,
  headerOf,
  isSame,
  keyBytesOf,
  type Opening,
  opened,
  type Received,
  refuse,
  requireFresh,
  secretsOf,
  textOf,
  type VerifiedDelivery,
} from './received.ts';

export interface BronidKeys extends Opening {
  readonly contract: 'bronid';
  /** The signing key; several while a rotation overlaps. */
  readonly secret: string | readonly string[];
  /** For the `timestamp` in the body; 300 if it is not given. */
  readonly toleranceSeconds?: number;
}

/** The vendor gives a delivery no id: `id` is empty, and repeats are recognized by the payload. */
export async function verifyBronid(
  received: Received,
  { secret, toleranceSeconds = 300, ...opening }: BronidKeys,
  nowMs: number,
): Promise<VerifiedDelivery> {
  // When it is needed: it is an ES module, which an older require() cannot load.
  const { keccak_256, sha3_256 } = await import('@noble/hashes/sha3.js');
  const body = bytesOf(received);
  const sha = headerOf(received, 'x-bronid-signature-sha');
  const keccak = headerOf(received, 'x-bronid-signature-keccak');
  const isGenuine = secretsOf(secret)
    .map(keyBytesOf)
    .some((key) => {
      const signed = Buffer.concat([body, key]);
      const isSha = isSame(sha, `bronid_sec_sha256_${hex(sha3_256(signed))}`);
      // A receiver may have either; the one that is there must be right.
      const isKeccak =
        keccak === '' || isSame(keccak, `bronid_sec_keccak256_${hex(keccak_256(signed))}`);
      return isSha && isKeccak;
    });
  if (!isGenuine) refuse();
  const plain = await opened(body, opening);
  const { timestamp } = plain.payload;
  requireFresh(typeof timestamp === 'number' ? timestamp : Number.NaN, nowMs, toleranceSeconds);
  return { id: '', type: textOf(plain.payload.type), ...plain };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
