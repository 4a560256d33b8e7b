import type { IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { SECRETS } from './secrets.mts';

const WEBHOOKS = SECRETS.map((secret) => new Webhook(secret));

/** @returns nothing unless one of the secrets signed it within the last five minutes */
export async function verify(headers: IncomingHttpHeaders, body: Buffer) {
  for (const webhook of WEBHOOKS) {
    try {
      const event = webhook.verify(body, headers as Record<string, string>);
      return { id: String(headers['webhook-id']), event };
    } catch {
      // Perhaps it was the other secret.
    }
  }
  return undefined;
}
