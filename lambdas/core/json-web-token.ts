// JWTs (RFC 7519) over claims that are source text already, so that the numbers in them stay as they are.
import type { KeyObject } from 'node:crypto';
import { type CompactJWSHeaderParameters, CompactSign } from 'jose';

/** @param claims a JSON object's source text */
export function signToken(
  claims: string,
  header: CompactJWSHeaderParameters,
  key: KeyObject,
): Promise<string> {
  return new CompactSign(Buffer.from(claims, 'utf8')).setProtectedHeader(header).sign(key);
}
