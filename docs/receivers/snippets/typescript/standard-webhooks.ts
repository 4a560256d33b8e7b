// Verifies a delivery of the contract standard-webhooks. Node.js 20 or newer; nothing to install.
import { createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto';

const TOLERANCE_SECONDS = 5 * 60;

/**
 * @param headers lower-case names, as Node.js gives them
 * @param body the raw bytes, before any parser saw them
 * @param key the endpoint's `whsec_...`, or `whpk_...` of an asymmetric one
 * @returns the event; @throws if the delivery is not to be trusted
 */
export function verifyStandardWebhooks(
  headers: Record<string, string>,
  body: Uint8Array,
  key: string,
  nowSeconds = Date.now() / 1000,
): unknown {
  if (!/^(whsec_[A-Za-z0-9+/]{24,}={0,2}|whpk_[A-Za-z0-9+/]{43}=)$/.test(key)) {
    throw new Error('the key is missing, too short, or not the endpoint’s');
  }
  const { 'webhook-id': id = '', 'webhook-timestamp': sentAt = '' } = headers;
  if (!/^\d+$/.test(sentAt) || Math.abs(nowSeconds - Number(sentAt)) > TOLERANCE_SECONDS) {
    throw new Error('the delivery is too old, or the clocks differ');
  }
  const signed = Buffer.concat([Buffer.from(`${id}.${sentAt}.`), body]);
  const isGenuine = (headers['webhook-signature'] ?? '').split(' ').some((one) => {
    const [version = '', signature = ''] = one.split(',', 2);
    const bytes = Buffer.from(signature, 'base64');
    if (version === 'v1' && key.startsWith('whsec_')) {
      const secret = Buffer.from(key.slice('whsec_'.length), 'base64');
      const expected = createHmac('sha256', secret).update(signed).digest();
      return bytes.length === expected.length && timingSafeEqual(bytes, expected);
    }
    if (version === 'v1a' && key.startsWith('whpk_')) {
      const x = Buffer.from(key.slice('whpk_'.length), 'base64').toString('base64url');
      const jwk = { kty: 'OKP', crv: 'Ed25519', x };
      return verify(null, signed, createPublicKey({ key: jwk, format: 'jwk' }), bytes);
    }
    return false;
  });
  if (!isGenuine) throw new Error('the signature does not verify');
  return JSON.parse(Buffer.from(body).toString('utf8'));
}
