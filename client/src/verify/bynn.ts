// bynn: an RS256 JWT in the body, signed by a key that is published as a JWKS.
import { memberText } from '../json-text.ts';
import { claimsOf } from './jwt.ts';
import { rsaKeysOf } from './published-keys.ts';
import {
  bytesOf,
  headerOf,
  isSame,
  type Opening,
  opened,
  type PublicKeys,
  type Received,
  refuse,
  textOf,
  type VerifiedDelivery,
} from './received.ts';

interface SignedByKeys extends Opening {
  readonly contract: 'bynn';
  /**
   * Those of the endpoint's tenant and environment, `/.well-known/{tenant}/{environment}/jwks.json`; the stack's
   * where `signingKey` is `stack`. Pinned PEMs, a key set, or the address, which is read anew, once, when no key
   * verifies; or a list of these.
   */
  readonly keys: PublicKeys;
  /** For `iat` and `exp`; 300 if it is not given. */
  readonly toleranceSeconds?: number;
}

/** All endpoints of a tenant, or of the stack, verify with the same keys: the token tells them apart. */
export type BynnKeys = SignedByKeys &
  (
    | { readonly token: string; readonly webhookToken?: 'endpoint' }
    /** For an endpoint with that option: its deliveries carry no token. */
    | { readonly webhookToken: 'delivery'; readonly token?: undefined }
  );

const MIN_TOKEN_LENGTH = 8;

/** The payload is the JWT's `data`: the fields beside the JWT are not signed. */
export async function verifyBynn(
  received: Received,
  { keys, token: own, webhookToken, toleranceSeconds = 300, ...opening }: BynnKeys,
  nowMs: number,
): Promise<VerifiedDelivery> {
  const expected =
    webhookToken === 'delivery' ? headerOf(received, 'idempotency-key') : (own ?? '');
  if (expected.length < MIN_TOKEN_LENGTH) refuse('the token of the endpoint is needed');
  if (!isSame(headerOf(received, 'x-webhook-token'), expected)) {
    refuse('it is meant for another endpoint');
  }
  const token = textOf((await opened(bytesOf(received), opening)).payload.jwt) ?? '';
  const checks = { algorithm: 'RS256', requiredClaims: ['data'], toleranceSeconds, nowMs } as const;
  const claims =
    (await claimsOf(token, await rsaKeysOf(keys), checks)) ??
    (await claimsOf(token, await rsaKeysOf(keys, true), checks));
  const data = claims?.data;
  if (typeof data !== 'object' || data === null) return refuse('the JWT does not verify');
  const payload: Readonly<Record<string, unknown>> = { ...data };
  // Not the header Idempotency-Key: nothing signs it.
  const id = textOf(payload.event_id) ?? '';
  if (id === '') refuse('the JWT names no event');
  return { id, type: textOf(payload.event_type), payload, payloadText: dataTextIn(token) };
}

/** Of a JWT that verified. */
function dataTextIn(token: string): string {
  const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
  return memberText(claims, 'data') ?? '{}';
}
