// bynn: an RS256 JWT in the body, signed by the service's key, which it publishes as a JWKS.
import { claimsOf } from './jwt.ts';
import { type PublicKeys, rsaKeysOf } from './published-keys.ts';
import {
  bytesOf,
  type Opening,
  opened,
  type Received,
  refuse,
  textOf,
  type VerifiedDelivery,
} from './received.ts';

export interface BynnKeys extends Opening {
  readonly contract: 'bynn';
  /** Pinned PEMs, a key set, or the address of the JWKS, which is read anew, once, when no key verifies. */
  readonly keys: PublicKeys;
  /** For `iat` and `exp`; 300 if it is not given. */
  readonly toleranceSeconds?: number;
}

/** The payload is the JWT's `data`: the fields beside the JWT are not signed. */
export async function verifyBynn(
  received: Received,
  { keys, toleranceSeconds = 300, ...opening }: BynnKeys,
  nowMs: number,
): Promise<VerifiedDelivery> {
  const token = textOf((await opened(bytesOf(received), opening)).jwt) ?? '';
  const checks = { algorithm: 'RS256', requiredClaims: ['data'], toleranceSeconds, nowMs } as const;
  const claims =
    (await claimsOf(token, await rsaKeysOf(keys), checks)) ??
    (await claimsOf(token, await rsaKeysOf(keys, true), checks));
  const data = claims?.data;
  if (typeof data !== 'object' || data === null) return refuse('the JWT does not verify');
  const payload: Readonly<Record<string, unknown>> = { ...data };
  // Not the header Idempotency-Key: nothing signs it.
  return { id: textOf(payload.event_id) ?? '', type: textOf(payload.event_type), payload };
}
