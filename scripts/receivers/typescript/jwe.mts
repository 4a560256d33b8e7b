import { createPrivateKey } from 'node:crypto';
import fs from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { compactDecrypt } from 'jose';
import { Webhook } from 'standardwebhooks';
import { SECRETS } from './secrets.mts';

/** The private half of the endpoint's `encryption.jwk`, in PEM. */
const PRIVATE_KEY = createPrivateKey(fs.readFileSync(process.env.WEBHOOK_PRIVATE_KEY ?? ''));
const WEBHOOKS = SECRETS.map((secret) => new Webhook(secret));

/** @returns nothing unless one of the secrets signed it within the last five minutes, and it is for our key */
export async function verify(headers: IncomingHttpHeaders, body: Buffer) {
  for (const webhook of WEBHOOKS) {
    try {
      // The signature is over the encrypted body, which is no JSON.
      webhook.verify(body, headers as Record<string, string>, { jsonParse: false });
      const { plaintext } = await compactDecrypt(body, PRIVATE_KEY, {
        keyManagementAlgorithms: ['RSA-OAEP-256', 'ECDH-ES'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      const event = JSON.parse(Buffer.from(plaintext).toString('utf8'));
      return { id: String(headers['webhook-id']), event };
    } catch {
      // Perhaps it was the other secret.
    }
  }
  return undefined;
}
