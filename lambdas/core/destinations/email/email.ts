// E-mail: a mail to each recipient that has said yes.
import type { Scope } from '../../scope.ts';
import type { DestinationRules } from '../http/url.ts';
import type { DestinationKind, OpenedSettings, Target } from '../kind.ts';
import { createLink, type LinkPurpose } from './links.ts';
import {
  inState,
  type Recipient,
  recipientsOf,
  recipientsSchema,
  type ShownRecipients,
  shownRecipientsSchema,
} from './recipients.ts';

export interface EmailDestination {
  readonly kind: 'email';
  readonly recipients: readonly Recipient[];
}

export interface EmailTarget extends Target {
  readonly kind: 'email';
  /** What each recipient's link is for. */
  readonly purpose: LinkPurpose;
  readonly recipients: readonly { readonly address: string; readonly link: string }[];
  readonly place: Scope & { readonly id: string };
}

const NOT_HERE = 'cannot be given: this deployment sends no e-mail (its setting email is not set)';

const asked = ({ recipients }: EmailDestination) => ({
  recipients: recipients.map(({ address }) => address),
});

const uriOf = (addresses: readonly string[]): string =>
  `mailto:${addresses.map((address) => encodeURIComponent(address).replace('%40', '@')).join(',')}`;

/** Of the settings that say how a request is made and proved, a mail takes none. */
const UNUSED = ['secret', 'tls', 'encryption'];
const UNUSED_LISTS = ['signatures', 'authentication', 'headers', 'renameHeaders'];

export const email = {
  settings: ({ sendsMail }: DestinationRules) =>
    ({
      recipients: {
        input: recipientsSchema
          .refine(() => sendsMail === true, NOT_HERE)
          .meta({
            description:
              'Of the contract email, in the place of a URL. Each is asked by a mail first.',
          }),
        isOwn: true,
        isKeptApart: true,
        shown: shownRecipientsSchema,
        // As `show` below has made it of them.
        show: (shown: ShownRecipients | undefined) => shown ?? null,
        example: null,
      },
    }) as const,

  keep({ recipients }, before) {
    if (!Array.isArray(recipients)) return undefined;
    return { kind: 'email', recipients: recipientsOf(recipients.map(String), before?.recipients) };
  },

  asked,
  show: ({ recipients }) => ({
    recipients: recipients.map(({ address, state, sinceMs }) => ({
      address,
      state,
      since: sinceMs === undefined ? null : new Date(sinceMs).toISOString(),
    })),
  }),

  conflicts(given) {
    const isSet = (name: string) => given[name] !== undefined;
    const isFull = (name: string) => Object.keys(given[name] ?? {}).length > 0;
    const unused = [
      ...UNUSED.filter(isSet),
      ...UNUSED_LISTS.filter(isFull),
      ...(given.timingHeaders === true ? ['timingHeaders'] : []),
      ...(given.method === 'POST' ? [] : ['method']),
    ];
    return [
      ...(given.contract === 'email'
        ? []
        : [{ path: ['contract'], message: 'must be email where recipients are given' }]),
      ...unused.map((name) => ({ path: [name], message: 'cannot be set: a mail has none' })),
    ];
  },

  origins: ({ recipients }) => recipients.map(({ address }) => uriOf([address])),
  hosts: ({ recipients }) => [
    ...new Set(recipients.map(({ address }) => address.slice(address.indexOf('@') + 1))),
  ],

  /** While nobody has said yes, and somebody still may, its deliveries wait. */
  provedAtMs({ recipients }) {
    const answered = recipients.filter(({ state }) => state !== 'pending');
    const isAwaited = inState(recipients, 'confirmed').length === 0;
    if (isAwaited && answered.length < recipients.length) return undefined;
    return Math.max(...answered.map(({ sinceMs = 0 }) => sinceMs));
  },
  /** Each address is proved by itself: see links.ts. */
  proved: (destination) => destination,

  target({ recipients }, opened) {
    const confirmed = inState(recipients, 'confirmed').map(({ address }) => address);
    return targetOf(opened, 'unsubscribe', confirmed);
  },
} satisfies DestinationKind<EmailDestination, EmailTarget>;

/** @param untilMs of the links */
export function targetOf(
  { place, secret }: Pick<OpenedSettings, 'place' | 'secret'>,
  purpose: LinkPurpose,
  addresses: readonly string[],
  untilMs?: number,
): EmailTarget {
  return {
    kind: 'email',
    url: uriOf(addresses),
    method: 'SendEmail',
    purpose,
    recipients: addresses.map((address) => ({
      address,
      link: createLink(purpose, place, secret, address, untilMs),
    })),
    place,
  };
}
