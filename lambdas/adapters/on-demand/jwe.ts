// Encrypts bodies as compact JWEs (RFC 7516): the content key, nonce and ephemeral key are random.
import { CompactEncrypt, importJWK } from 'jose';
import { defined } from '../../core/defined.ts';
import type { BodyEncryption } from '../../core/endpoints/body-encryption.ts';

/** Imported keys are kept as long as the endpoint's settings are. */
const kept = new WeakMap<BodyEncryption, ReturnType<typeof importJWK>>();

/** Undefined where nothing can be encrypted to the key, as to one that was saved before keys were tried. */
export async function encryptBody(
  body: Buffer,
  setting: BodyEncryption,
): Promise<Buffer | undefined> {
  const { jwk, alg, enc } = setting;
  const imported = kept.get(setting) ?? importJWK(jwk, alg);
  kept.set(setting, imported);
  try {
    const token = await new CompactEncrypt(body)
      .setProtectedHeader(defined({ alg, enc, cty: 'json', kid: jwk.kid }))
      .encrypt(await imported);
    return Buffer.from(token, 'ascii');
  } catch {
    return undefined;
  }
}
