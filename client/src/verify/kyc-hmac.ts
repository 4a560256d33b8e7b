// kyc-hmac: HMAC-SHA256 of the raw body, in hex.
import { createHmac } from 'node:crypto';
import {
  bytesOf,
  headerOf,
  isSame,
  keyBytesOf,
  type Opening,
  opened,
  type Received,
  refuse,
  secretsOf,
  textOf,
  type VerifiedDelivery,
} from './received.ts';

export interface KycHmacKeys extends Opening {
  readonly contract: 'kyc-hmac';
  readonly secret: string | readonly string[];
  /** As the endpoint's option of that name; `body` if it is not given. */
  readonly signedContent?: 'body' | 'timestamp.body';
}

/** No tolerance: the timestamp is the event's, and says nothing of the time of sending. */
export async function verifyKycHmac(
  received: Received,
  { secret, signedContent = 'body', ...opening }: KycHmacKeys,
): Promise<VerifiedDelivery> {
  const body = bytesOf(received);
  const given = headerOf(received, 'x-webhook-signature');
  const timestamp = headerOf(received, 'x-webhook-timestamp');
  const head = signedContent === 'body' ? '' : `${timestamp}.`;
  const isGenuine = secretsOf(secret)
    .map(keyBytesOf)
    .some((key) => {
      const mac = createHmac('sha256', key).update(head).update(body);
      return isSame(given, `sha256=${mac.digest('hex')}`);
    });
  if (!isGenuine) refuse();
  const plain = await opened(body, opening);
  return { id: textOf(plain.payload.id) ?? '', type: textOf(plain.payload.type), ...plain };
}
