// Endpoints whose URL is a chat's incoming webhook: whoever knows it may post there, so it is kept and shown as a
// secret, and never as a URL.
import { type ContractName, contractOf } from '../contracts/all.ts';
import type { Destination } from '../destinations/all.ts';
import { askedAddress, destinationOf } from '../destinations/destination.ts';
import { parseAddress } from '../destinations/http/addresses.ts';
import { coversName, NO_LISTS } from '../destinations/http/lists.ts';
import { type DestinationRules, hostOf } from '../destinations/http/url.ts';
import type { Fault } from '../problem.ts';
import { secretPlace } from '../sealing/places.ts';
import { NONCE_BYTES, seal, unseal } from '../sealing/seal.ts';
import { maskSecret } from '../signing/secret.ts';
import type { Keeping } from './settings/setting.ts';

const MASK = maskSecret('');

export function isChat(contract: ContractName): boolean {
  return contractOf(contract).incomingWebhook !== undefined;
}

/** Whether a tenant’s own words for notices are for it: a chat, or mails. */
export function isReadByPeople(contract: ContractName): boolean {
  return isChat(contract) || contractOf(contract).byMail === true;
}

/** The URL as it is shown: its origin, 28 asterisks, and the last four characters, as of every secret. */
function maskedUrl(url: string): string {
  const shown = maskSecret(url).replace(/[^A-Za-z0-9_-]/g, '*');
  return `${new URL(url).origin}/${shown}`;
}

function isMaskedUrl(url: string): boolean {
  return URL.parse(url)?.pathname.startsWith(`/${MASK}`) ?? false;
}

/** A masked URL that stands for nothing kept: an answer that was changed, or sent for another endpoint. */
export function maskedUrlFaults(
  contract: ContractName | undefined,
  asked: unknown,
  kept?: unknown,
): readonly Fault[] {
  const isWrong =
    contract !== undefined &&
    isChat(contract) &&
    typeof asked === 'string' &&
    isMaskedUrl(asked) &&
    asked !== kept;
  if (!isWrong) return [];
  return [{ path: '/url', message: 'is masked, as answers show it: send the URL itself' }];
}

/** Why a URL is none of the contract's. A masked one was judged when it was given. */
export function webhookFault(
  contract: ContractName,
  text: string | undefined,
  rules: DestinationRules,
): string | undefined {
  const { incomingWebhook } = contractOf(contract);
  const url = URL.parse(text ?? '');
  if (!incomingWebhook || text === undefined || !url || isMaskedUrl(text) || isStandIn(url, rules))
    return undefined;
  if (url.protocol === 'https:' && incomingWebhook.matches(url)) return undefined;
  return `must be an incoming webhook of ${contract}, such as ${incomingWebhook.form}`;
}

/** A receiver in a chat's place: on this machine or beside it, or a name that the operator opened. */
function isStandIn(url: URL, { allowPrivate, lists = NO_LISTS }: DestinationRules): boolean {
  const host = hostOf(url);
  const isNear = parseAddress(host) !== undefined || !host.includes('.');
  return (allowPrivate && isNear) || coversName(lists.allowNames, host);
}

/** What is stored of an endpoint's place and its secret. */
interface Kept {
  readonly destination: Destination;
  readonly sealedSecrets: readonly string[];
  readonly maskedSecret: string;
}

/**
 * Of a chat the URL is what is sealed, and its masked form what is stored as the URL. One that is given masked, or is
 * the kept one, changes nothing.
 */
export function keptWebhook(
  { contract, place, sealingKey, random }: Keeping,
  url: string | undefined,
  before?: Kept,
): Kept | undefined {
  if (!isChat(contract) || url === undefined) return undefined;
  const [sealed] = before?.sealedSecrets ?? [];
  const isSame =
    before !== undefined &&
    sealed !== undefined &&
    (url === askedAddress(before.destination).url ||
      url === unseal(sealingKey, secretPlace(place), sealed));
  if (isSame) {
    const { destination, sealedSecrets, maskedSecret } = before;
    return { destination, sealedSecrets, maskedSecret };
  }
  return {
    destination: destinationOf({ url: maskedUrl(url) }),
    sealedSecrets: [seal(sealingKey, secretPlace(place), url, random(NONCE_BYTES))],
    maskedSecret: maskSecret(url),
  };
}
