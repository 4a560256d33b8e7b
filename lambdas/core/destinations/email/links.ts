// Links in mails: each is for one recipient of one endpoint, and for one purpose. What they are made with is the
// endpoint's secret, which nobody is shown, so that nobody but the mailbox's owner has them.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { isId } from '../../identifiers.ts';
import { ENVIRONMENTS, type Scope, TENANT_ID } from '../../scope.ts';
import { DAY_MS } from '../../time.ts';
import type { Recipient } from './recipients.ts';

export type LinkPurpose = 'confirm' | 'unsubscribe';

/** Where the API answers them: the link's text follows. */
export const LINKS_PATH = '/v1/mail-links/';
/** How long an address can be confirmed. Unsubscribing has no end. */
export const CONFIRM_MS = 7 * DAY_MS;

export interface MailLink extends Scope {
  readonly purpose: LinkPurpose;
  readonly endpointId: string;
  /** Unix seconds; 0 is without end. */
  readonly untilSeconds: number;
  readonly mac: string;
}

type Place = Scope & { readonly id: string };

export function createLink(
  purpose: LinkPurpose,
  { tenant, environment, id }: Place,
  secret: string,
  address: string,
  untilMs = 0,
): string {
  const untilSeconds = Math.floor(untilMs / 1000);
  const link = { purpose, tenant, environment, endpointId: id, untilSeconds };
  const mac = macOf(link, secret, address);
  return [purpose, environment, tenant, id, untilSeconds, mac].join('.');
}

/** Undefined of what has not the form of one. */
export function readLink(text: string): MailLink | undefined {
  const [purpose, given, tenant = '', endpointId = '', until = '', mac = '', ...rest] =
    text.split('.');
  const environment = ENVIRONMENTS.find((one) => one === given);
  const isForm =
    rest.length === 0 &&
    TENANT_ID.test(tenant) &&
    isId('ep', endpointId) &&
    /^\d{1,12}$/.test(until) &&
    /^[\w-]{43}$/.test(mac);
  if (!isForm || !environment || (purpose !== 'confirm' && purpose !== 'unsubscribe')) {
    return undefined;
  }
  return { purpose, environment, tenant, endpointId, untilSeconds: Number(until), mac };
}

/** Whom a link was sent to; undefined of one that is forged, out of its time, or for nobody who is still there. */
export function recipientOf(
  link: MailLink,
  secret: string,
  recipients: readonly Recipient[],
  nowMs: number,
): Recipient | undefined {
  const isOver = link.untilSeconds !== 0 && link.untilSeconds * 1000 <= nowMs;
  // Without an end there is only a way out.
  if (isOver || (link.purpose === 'confirm' && link.untilSeconds === 0)) return undefined;
  return recipients.find(({ address }) => isSameMac(link.mac, macOf(link, secret, address)));
}

function macOf(
  { purpose, environment, tenant, endpointId, untilSeconds }: Omit<MailLink, 'mac'>,
  secret: string,
  address: string,
): string {
  // No part but the last may hold a line break.
  const parts = ['mail-link', purpose, environment, tenant, endpointId, untilSeconds, address];
  return createHmac('sha256', secret).update(parts.join('\n')).digest('base64url');
}

const isSameMac = (one: string, other: string): boolean =>
  timingSafeEqual(Buffer.from(one), Buffer.from(other));
