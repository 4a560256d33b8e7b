// Standard Webhooks: `v1` is HMAC-SHA256, `v1a` is ed25519, over `id.timestamp.body`.
import { createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto';
import {
  bytesOf,
  headerOf,
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

export interface StandardWebhooksKeys extends Opening {
  readonly contract: 'standard-webhooks';
  /** `whsec_...`, or `whpk_...` of an asymmetric one; several while a rotation overlaps. */
  readonly secret: string | readonly string[];
  /** 300 if it is not given. */
  readonly toleranceSeconds?: number;
}

export async function verifyStandardWebhooks(
  received: Received,
  { secret, toleranceSeconds = 300, ...opening }: StandardWebhooksKeys,
  nowMs: number,
): Promise<VerifiedDelivery> {
  const id = headerOf(received, 'webhook-id');
  const sentAt = headerOf(received, 'webhook-timestamp');
  if (id === '' || !/^\d+$/.test(sentAt)) refuse('webhook-id or webhook-timestamp is missing');
  requireFresh(Number(sentAt), nowMs, toleranceSeconds);
  const body = bytesOf(received);
  const signed = Buffer.concat([Buffer.from(`${id}.${sentAt}.`), body]);
  const signatures = headerOf(received, 'webhook-signature').split(' ');
  const isGenuine = secretsOf(secret)
    .map(checkOf)
    .some((isSigned) => signatures.some((one) => isSigned(one, signed)));
  if (!isGenuine) refuse();
  const plain = await opened(body, opening);
  return { id, type: textOf(plain.payload.type), ...plain };
}

type Check = (signature: string, signed: Uint8Array) => boolean;

/** @throws VerificationError for a key that cannot be an endpoint's */
function checkOf(key: string): Check {
  if (typeof key === 'string' && key.startsWith('whpk_')) {
    const bytes = Buffer.from(key.slice('whpk_'.length), 'base64');
    if (bytes.length !== 32) refuse('a whpk_ key has not 32 bytes');
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') };
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
    return (signature, signed) => {
      const [version, given] = partsOf(signature);
      return version === 'v1a' && given.length === 64 && verify(null, signed, publicKey, given);
    };
  }
  const secret = keyBytesOf(key);
  return (signature, signed) => {
    const [version, given] = partsOf(signature);
    const expected = createHmac('sha256', secret).update(signed).digest();
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  };
}

function partsOf(signature: string): [version: string, bytes: Uint8Array] {
  const [version = '', base64 = ''] = signature.split(',', 2);
  return [version, Buffer.from(base64, 'base64')];
}

/** The headers of a delivery with an HMAC secret: what `posthorn listen` forwards. */
export function signStandardWebhooks(
  id: string,
  body: Uint8Array,
  secret: string,
  nowMs: number,
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const sentAt = String(Math.floor(nowMs / 1000));
  const mac = createHmac('sha256', keyBytesOf(secret)).update(`${id}.${sentAt}.`).update(body);
  return {
    'webhook-id': id,
    'webhook-timestamp': sentAt,
    'webhook-signature': `v1,${mac.digest('base64')}`,
  };
}
