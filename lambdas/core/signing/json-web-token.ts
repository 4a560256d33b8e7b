// JWTs (RFC 7519) as compact JWS (RFC 7515, section 7.1) over claims that are source text already, so
// that the numbers in them stay as they are. By node:crypto and not by jose: WebCrypto's way through the
// thread pool costs five times what an HMAC does (bench/contracts.ts).
import { createHmac, type KeyObject, sign } from 'node:crypto';
import { hmacKeyOf } from './secret.ts';

/**
 * RSASSA-PKCS1-v1_5 with SHA-256. It runs on this thread for a quarter of a millisecond: the thread pool would
 * add half as much again.
 * @param claims a JSON object's source text
 */
export function signWithRsa(claims: string, key: KeyObject, keyId?: string): string {
  const signed = signingInput(JSON.stringify({ alg: 'RS256', kid: keyId }), claims);
  return `${signed}.${sign('sha256', Buffer.from(signed, 'ascii'), key).toString('base64url')}`;
}

/** HMAC with SHA-256 by an endpoint's secret. @param claims a JSON object's source text */
export function signWithSecret(claims: string, secret: string): string {
  const signed = signingInput('{"alg":"HS256","typ":"JWT"}', claims);
  const mac = createHmac('sha256', hmacKeyOf(secret)).update(signed).digest('base64url');
  return `${signed}.${mac}`;
}

function signingInput(header: string, claims: string): string {
  return `${Buffer.from(header).toString('base64url')}.${Buffer.from(claims).toString('base64url')}`;
}
