// `verify()`: whether a delivery is genuine, by the contract of its endpoint.
import { type BronidKeys, verifyBronid } from './bronid.ts';
import { type BynnKeys, verifyBynn } from './bynn.ts';
import { type IdnowKeys, verifyIdnow } from './idnow.ts';
import { type KycHmacKeys, verifyKycHmac } from './kyc-hmac.ts';
import {
  checkReceived,
  checkTimes,
  type Received,
  refuse,
  type VerifiedDelivery,
} from './received.ts';
import { type StandardWebhooksKeys, verifyStandardWebhooks } from './standard-webhooks.ts';

export type VerificationKeys =
  | StandardWebhooksKeys
  | BynnKeys
  | KycHmacKeys
  | BronidKeys
  | IdnowKeys;

export type { PublicKeys, Received, ReceivedHeaders, VerifiedDelivery } from './received.ts';
export type { BronidKeys, BynnKeys, IdnowKeys, KycHmacKeys, StandardWebhooksKeys };

/** Of all contracts: one configuration may serve several. */
const OPTIONS = [
  'contract',
  'secret',
  'toleranceSeconds',
  'decrypt',
  'keys',
  'token',
  'webhookToken',
  'signedContent',
  'headerName',
];

/**
 * @typeParam Payload what the payload is, such as `StandardPayload<MyEvents>`; nothing checks it
 * @param nowMs the time to check against, in ms; now if it is not given
 * @throws VerificationError if the delivery is not to be trusted
 * @throws ConnectionError if keys were to be fetched and could not be
 */
export async function verify<Payload = unknown>(
  received: Received,
  keys: VerificationKeys,
  nowMs: number = Date.now(),
): Promise<VerifiedDelivery<Payload>> {
  const verified = await verifiedBy(received, keys, nowMs);
  return verified as VerifiedDelivery<Payload>; // as the caller knows it: nobody else does
}

async function verifiedBy(
  received: Received,
  keys: VerificationKeys,
  nowMs: number,
): Promise<VerifiedDelivery> {
  checkReceived(received);
  checkTimes(Object(keys), nowMs);
  checkNames(Object(keys));
  switch (keys?.contract) {
    case 'standard-webhooks':
      return verifyStandardWebhooks(received, keys, nowMs);
    case 'bynn':
      return verifyBynn(received, keys, nowMs);
    case 'kyc-hmac':
      return verifyKycHmac(received, keys);
    case 'bronid':
      return verifyBronid(received, keys, nowMs);
    case 'idnow':
      return verifyIdnow(received, keys, nowMs);
    default:
      // JavaScript, or a value from the environment, may ask for any.
      return refuse(
        `there is no contract ${String((keys satisfies never as VerificationKeys)?.contract)}`,
      );
  }
}

/** A misspelt option would be left out without a word. @throws VerificationError */
function checkNames(keys: object): void {
  const unknown = Object.keys(keys).find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) refuse(`${unknown}: is no option`);
}
