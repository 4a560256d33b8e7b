import { createPublicKey, verify as isBy, type KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { SECRETS } from './secrets.mts';

const TOLERANCE_SECONDS = 5 * 60;
const KEYS = SECRETS.map((secret) => {
  if (secret.startsWith('whsec_')) return new Webhook(secret);
  // The public half, of an endpoint with `signature: "v1a"`. The library does not take it.
  const [, encoded] = /^whpk_([A-Za-z0-9+/]{43}=)$/.exec(secret) ?? [];
  if (encoded === undefined) throw new Error('WEBHOOK_SECRETS: is not whsec_ or whpk_ and base64');
  const x = Buffer.from(encoded, 'base64').toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
});

/** Whether one of the secrets signed it within the last five minutes. */
export function isSigned(headers: IncomingHttpHeaders, body: Buffer): boolean {
  return KEYS.some((key) => {
    if (!(key instanceof Webhook)) return isSignedByPair(key, headers, body);
    try {
      key.verify(body, headers as Record<string, string>, { jsonParse: false });
      return true;
    } catch {
      return false;
    }
  });
}

function isSignedByPair(publicKey: KeyObject, headers: IncomingHttpHeaders, body: Buffer): boolean {
  const sentAt = String(headers['webhook-timestamp']);
  const isNow = Math.abs(Date.now() / 1000 - Number(sentAt)) <= TOLERANCE_SECONDS;
  const signed = Buffer.concat([Buffer.from(`${headers['webhook-id']}.${sentAt}.`), body]);
  const isGenuine = (one: string) => {
    const [version, signature = ''] = one.split(',');
    return version === 'v1a' && isBy(null, signed, publicKey, Buffer.from(signature, 'base64'));
  };
  return isNow && String(headers['webhook-signature']).split(' ').some(isGenuine);
}
