// Encrypts bodies as compact JWEs (RFC 7516): the content key, nonce and ephemeral key are random.
import { CompactEncrypt, importJWK } from 'jose';
import type { BodyEncryption } from '../../core/endpoints/body-encryption.ts';

/** Imported keys are kept as long as the endpoint's settings are. */
const kept = new WeakMap<BodyEncryption, ReturnType<typeof importJWK>>();

export async function encryptBody(body: Buffer, setting: BodyEncryption): Promise<Buffer> {
  const { jwk, alg, enc } = setting;
  const imported = kept.get(setting) ?? importJWK(jwk, alg);
  kept.set(setting, imported);
  const kid = jwk.kid === undefined ? {} : { kid: jwk.kid };
  const token = await new CompactEncrypt(body)
    .setProtectedHeader({ alg, enc, cty: 'json', ...kid })
    .encrypt(await imported);
  return Buffer.from(token, 'ascii');
}
