// idnow: an HS256 JWT in a header, which holds the hash of the body.
import { createHash } from 'node:crypto';
import { claimsOf } from './jwt.ts';
import {
  bytesOf,
  headerOf,
  isSame,
  keyBytesOf,
  type Opening,
  opened,
  type Received,
  refuse,
  secretsOf,
  textOf,
  type VerifiedDelivery,
} from './received.ts';

export interface IdnowKeys extends Opening {
  readonly contract: 'idnow';
  readonly secret: string | readonly string[];
  /** As the endpoint's option of that name; `Authorization` if it is not given. */
  readonly headerName?: string;
  /** For `iat` and `exp`; 120 if it is not given. */
  readonly toleranceSeconds?: number;
}

export async function verifyIdnow(
  received: Received,
  { secret, headerName = 'Authorization', toleranceSeconds = 120, ...opening }: IdnowKeys,
  nowMs: number,
): Promise<VerifiedDelivery> {
  const body = bytesOf(received);
  // Whatever the endpoint's prefix is, the JWT is the last word.
  const token = headerOf(received, headerName).split(' ').at(-1) ?? '';
  const digest = createHash('sha256').update(body).digest('hex');
  const requiredClaims = ['jti', 'body_sha256'];
  const checks = { algorithm: 'HS256', requiredClaims, toleranceSeconds, nowMs } as const;
  const claims = await claimsOf(token, secretsOf(secret).map(keyBytesOf), checks);
  // The JWT speaks of one body only: without this check it could be put beside any other.
  if (!claims || !isSame(String(claims.body_sha256), digest)) refuse('the JWT does not verify');
  const plain = await opened(body, opening);
  return { id: claims.jti ?? '', type: textOf(plain.payload.eventType), ...plain };
}
