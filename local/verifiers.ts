// How the built-in receiver checks a signature, by contract. Each verifier is independent of the code
// that signs: a library of others, or the vendor's published recipe.
import type { IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';

export interface ReceivedDelivery {
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export type Verifier = (delivery: ReceivedDelivery, secret: string) => boolean;

export const verifiers: Readonly<Record<string, Verifier>> = {
  'standard-webhooks': ({ headers, body }, secret) => {
    const signed = {
      'webhook-id': String(headers['webhook-id'] ?? ''),
      'webhook-timestamp': String(headers['webhook-timestamp'] ?? ''),
      'webhook-signature': String(headers['webhook-signature'] ?? ''),
    };
    try {
      new Webhook(secret).verify(body, signed, { jsonParse: false });
      return true;
    } catch {
      return false;
    }
  },
};
