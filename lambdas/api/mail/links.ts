// /v1/mail-links/{link}: what recipients of mails say. GET shows a page with a button; only POST changes something.
import * as z from 'zod';
import { type MailLink, readLink, recipientOf } from '../../core/destinations/email/links.ts';
import {
  type Recipient,
  type RecipientState,
  withState,
} from '../../core/destinations/email/recipients.ts';
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import { isUnverified } from '../../core/endpoints/verification.ts';
import { optimistically } from '../../core/optimistic.ts';
import { Problem } from '../../core/problem.ts';
import { secretPlace } from '../../core/sealing/places.ts';
import { unseal } from '../../core/sealing/seal.ts';
import type { Secrets } from '../../core/sealing/secrets.ts';
import type { TenantStore } from '../../core/tenants/store.ts';
import type { AppContext } from '../../http/authentication.ts';
import { operation, type Serve } from '../../http/operation.ts';
import { release, type VerificationPorts } from '../endpoints/verification.ts';
import { type Page, pageOf } from './page.ts';

const ROUNDS = 5;
const MAX_LINK_LENGTH = 256;

const params = z.strictObject({
  link: z.string().max(MAX_LINK_LENGTH).meta({ example: 'confirm.live.acme.ep_01h.0.mac' }),
});
const page = {
  schema: z.string(),
  contentType: 'text/html',
  example: '<!doctype html>',
} as const;
const NOT_FOUND = 'The link is not valid: its time is over, or its endpoint or recipient is gone.';

export const showMailLink = operation({
  id: 'showMailLink',
  method: 'get',
  path: '/v1/mail-links/{link}',
  tag: 'Endpoints',
  summary: 'The page of a link in a mail',
  description: 'Shows what the link is for, and a button. It changes nothing.',
  access: 'open',
  session: 'all',
  params,
  replies: { 200: { description: 'A page.', ...page } },
  problems: { 404: NOT_FOUND },
});
export const useMailLink = operation({
  id: 'useMailLink',
  method: 'post',
  path: '/v1/mail-links/{link}',
  tag: 'Endpoints',
  summary: 'Confirm an address, or unsubscribe it',
  description:
    'What the button does, and a mail program by `List-Unsubscribe-Post` (RFC 8058). The body is not read.',
  access: 'open',
  session: 'all',
  params,
  replies: { 200: { description: 'A page.', ...page } },
  problems: { 404: NOT_FOUND, 409: 'The endpoint is being changed. Try again.' },
});

export interface MailLinkPorts extends VerificationPorts {
  readonly registry: VerificationPorts['registry'] & Pick<TenantStore, 'getTenant'>;
  readonly secrets: Pick<Secrets, 'sealingKey'>;
}

interface Found {
  readonly link: MailLink;
  readonly endpoint: Endpoint;
  readonly recipients: readonly Recipient[];
  readonly recipient: Recipient;
}

export function addMailLinkRoutes(serve: Serve, ports: MailLinkPorts): void {
  const { registry, secrets, surroundings } = ports;

  async function find(text: string): Promise<Found | undefined> {
    const link = readLink(text);
    const endpoint = link && (await registry.getEndpoint(link, link.endpointId));
    if (!endpoint || endpoint.deletedAtMs !== undefined) return undefined;
    const { destination, sealedSecrets } = endpoint;
    if (destination.kind !== 'email') return undefined;
    const { recipients } = destination;
    const key = await secrets.sealingKey(sealedSecrets);
    const secret = unseal(key, secretPlace(endpoint), sealedSecrets[0] ?? '');
    const recipient = recipientOf(link, secret, recipients, surroundings.now());
    return recipient && { link, endpoint, recipients, recipient };
  }

  /** What a person sees: a program that asks for JSON gets a page as well. */
  async function show(c: AppContext, found: Found | undefined, isDone: boolean): Promise<Response> {
    const tenant = found && (await registry.getTenant(found.endpoint.tenant));
    const name = tenant?.name ?? found?.endpoint.tenant ?? '';
    return c.html(pageOf(found ? wordsOf(found, name, isDone) : GONE), found ? 200 : 404);
  }

  serve(showMailLink, async ({ c, params: { link } }) => show(c, await find(link), false));

  serve(useMailLink, async ({ c, params: { link: text } }) => {
    const used = await optimistically(ROUNDS, async () => {
      const found = await find(text);
      if (!found) return { found };
      const { link, endpoint: before, recipients, recipient } = found;
      const state = STATE_AFTER[link.purpose];
      const changed = withState(recipients, recipient.address, state, surroundings.now());
      // Said before, or no longer to be said.
      if (!changed) return { found };
      const destination = { kind: 'email', recipients: changed } as const;
      const endpoint = { ...before, destination, version: before.version + 1 };
      if (!(await registry.replaceEndpoint(before, endpoint))) return undefined;
      if (isUnverified(before) && !isUnverified(endpoint)) await release(ports, endpoint);
      return { found: { ...found, recipient: { ...recipient, state } } };
    });
    if (!used) throw new Problem(409, 'The endpoint is being changed. Try again.');
    return show(c, used.found, true);
  });
}

const STATE_AFTER = { confirm: 'confirmed', unsubscribe: 'unsubscribed' } as const;

const GONE: Page = {
  title: 'This link is not valid any more',
  words: 'Its time is over, or what it was for is gone. Nothing is to be done.',
};

const ENDED: Readonly<Record<RecipientState, (address: string, name: string) => Page>> = {
  pending: (address) => ({ title: 'Nothing was changed', words: `${address} gets no messages.` }),
  confirmed: (address, name) => ({
    title: 'You get these messages',
    words: `${address} gets messages of ${name}. Each has a link to get no more of them.`,
  }),
  unsubscribed: (address, name) => ({
    title: 'You get no more messages',
    words: `${address} has left the messages of ${name} from this endpoint.`,
  }),
  bounced: (address) => ({
    title: 'This address could not be reached',
    words: `A mail to ${address} came back, so it gets no messages.`,
  }),
  complained: (address) => ({
    title: 'You get no more messages',
    words: `Mails to ${address} were reported as unwanted, so it gets no messages.`,
  }),
};

function wordsOf({ link, recipient }: Found, name: string, isDone: boolean): Page {
  const { address, state } = recipient;
  if (!isDone && link.purpose === 'confirm' && state === 'pending') {
    return {
      title: `Do you want messages of ${name}?`,
      words: `They would go to ${address}. You can leave at any time.`,
      button: 'Yes, send them',
    };
  }
  if (!isDone && link.purpose === 'unsubscribe' && ['pending', 'confirmed'].includes(state)) {
    return {
      title: `No more messages of ${name}?`,
      words: `Nothing of this endpoint is sent to ${address} then.`,
      button: 'Send no more',
    };
  }
  return ENDED[state](address, name);
}
