import { createHash, verify as verifyBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { httpbis } from 'http-message-signatures';
import { withKeys } from './keys.mts';

/** The endpoint's URL as Posthorn has it: a proxy may show you another one. */
const URL_OF_ENDPOINT = new URL(process.env.WEBHOOK_URL ?? '').href;
const TAG = 'posthorn-webhook';
const TOLERANCE_SECONDS = 5 * 60;

/** @returns nothing unless one of the keys signed it, for this address and within the last five minutes */
export async function verify(headers: IncomingHttpHeaders, body: Buffer) {
  const digest = createHash('sha256').update(body).digest('base64');
  if (headers['content-digest'] !== `sha-256=:${digest}:`) return undefined;
  const isGenuine = await withKeys(async (keys) => {
    const config = {
      // The id is what tells a repeat, so it must be signed.
      requiredFields: ['@method', '@target-uri', 'content-digest', 'webhook-id'],
      requiredParams: ['created', 'keyid', 'tag'],
      tolerance: TOLERANCE_SECONDS,
      maxAge: 2 * TOLERANCE_SECONDS, // The library adds the tolerance to the age.
      keyLookup: async ({ keyid, tag }: { keyid?: string; tag?: string }) => {
        const key = keys.get(keyid ?? '');
        if (key === undefined || tag !== TAG) return null;
        const [alg, hash] =
          key.asymmetricKeyType === 'rsa' ? ['rsa-v1_5-sha256', 'sha256'] : ['ed25519', null];
        return {
          algs: [String(alg)],
          verify: async (data: Buffer, signature: Buffer) =>
            verifyBytes(hash, data, key, signature),
        };
      },
    };
    const message = {
      method: 'POST',
      url: URL_OF_ENDPOINT,
      headers: headers as Record<string, string>,
    };
    try {
      return (await httpbis.verifyMessage(config, message)) === true || undefined;
    } catch {
      return undefined;
    }
  });
  if (!isGenuine) return undefined;
  return { id: String(headers['webhook-id']), event: JSON.parse(body.toString('utf8')) };
}
