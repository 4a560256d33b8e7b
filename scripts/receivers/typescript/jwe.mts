import { createPrivateKey } from 'node:crypto';
import fs from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { compactDecrypt } from 'jose';
import { isSigned } from './signature.mts';

/** The private half of the endpoint's `encryption.jwk`, in PEM. */
const PRIVATE_KEY = createPrivateKey(fs.readFileSync(process.env.WEBHOOK_PRIVATE_KEY ?? ''));

/** @returns nothing unless one of the secrets signed it within the last five minutes, and it is for our key */
export async function verify(headers: IncomingHttpHeaders, body: Buffer) {
  // The signature is over the encrypted body. It comes first: encryption says nothing of the sender.
  if (!isSigned(headers, body)) return undefined;
  try {
    const { plaintext } = await compactDecrypt(body, PRIVATE_KEY, {
      keyManagementAlgorithms: ['RSA-OAEP-256', 'ECDH-ES'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    const event = JSON.parse(Buffer.from(plaintext).toString('utf8'));
    return { id: String(headers['webhook-id']), event };
  } catch {
    return undefined;
  }
}
