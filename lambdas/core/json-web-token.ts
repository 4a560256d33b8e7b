// JWTs (RFC 7519) over claims that are source text already, so that the numbers in them stay as they are.
import { createSecretKey, type KeyObject } from 'node:crypto';
import { type CompactJWSHeaderParameters, CompactSign } from 'jose';
import { keyBytesOf } from './endpoint-secret.ts';

/** @param claims a JSON object's source text */
export function signToken(
  claims: string,
  header: CompactJWSHeaderParameters,
  key: KeyObject,
): Promise<string> {
  return new CompactSign(Buffer.from(claims, 'utf8')).setProtectedHeader(header).sign(key);
}

/** jose imports a key object once only, which costs more than an HMAC: the latest are kept. */
const kept = new Map<string, KeyObject>();
const MAX_KEPT = 1_000;

/** An endpoint's secret as a key for HS256. */
export function sharedKeyOf(secret: string): KeyObject {
  const known = kept.get(secret);
  if (known) return known;
  const key = createSecretKey(keyBytesOf(secret));
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(secret, key);
  return key;
}
