// The message that a notice is to the people in a chat: what happened to which endpoint, since when, what it means for
// deliveries, the likely reason, and where to look.
import * as z from 'zod';
import type { Event } from '../../events/event.ts';
import { RESERVED_PREFIX } from '../../events/reserved.ts';
import { OPERATOR_TENANT } from '../../scope.ts';
import type { Message, MessageField } from './message.ts';
import { isolated, isRightToLeft, MAX_LOOKED_AT, plainText } from './text.ts';
import { inWords, type NoticeWords, type WordedKind } from './words.ts';

const text = z.string().nullish();
const number = z.number().nullish();

/** The members of docs/notices.md that a message shows. An event that was posted before the prefix was reserved has others. */
const noticeSchema = z.looseObject({
  /** Of the operator's, which are about any tenant. */
  tenant: text,
  environment: text,
  endpoint: text,
  description: text,
  host: text,
  since: text,
  until: text,
  reminder: number,
  waiting: number,
  waitingIsMore: z.boolean().nullish(),
  nextProbeAt: text,
  outcome: text,
  reason: text,
  link: z.url({ protocol: /^https$/ }).nullish(),
  failures: number,
  pausedBy: text,
  recoveredAt: text,
  p95Ms: number,
  slowAboveMs: number,
  certificate: text,
  expiresAt: text,
  seenAt: text,
  days: number,
  count: number,
  total: number,
  attempts: number,
  succeeded: number,
  delivered: number,
  dead: number,
  troubled: number,
  eventType: text,
});
type Notice = z.infer<typeof noticeSchema>;
type Told = Pick<Message, 'title' | 'sentences'>;

const deliveries = (count: number): string =>
  count === 1 ? '1 delivery' : `${count.toLocaleString('en')} deliveries`;

/** `2026-12-01 10:00 UTC` */
const minute = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;

const TOLD: Readonly<Record<WordedKind, (notice: Notice, name: string) => Told>> = {
  'endpoint.failing': (notice, name) => ({
    title: again(notice, `${name} is failing`),
    sentences: [since(notice, 'Its deliveries fail')],
  }),
  'endpoint.paused': (notice, name) => ({
    title: again(notice, `${name} is paused`),
    sentences: [
      since(notice, 'It fails'),
      notice.pausedBy === 'gone'
        ? 'It answered 410 Gone, so nothing is sent to it.'
        : 'It failed for so long that nothing is sent to it.',
    ],
  }),
  'endpoint.recovered': ({ recoveredAt, ...notice }, name) => ({
    title: `${name} has recovered`,
    sentences: [
      since(notice, 'It failed'),
      recoveredAt ? `It has done well since ${minute(recoveredAt)}.` : '',
    ],
  }),
  'endpoint.slow': (notice, name) => ({
    title: again(notice, `${name} is slow`),
    sentences: [
      typeof notice.p95Ms === 'number'
        ? `One answer in 20 takes ${notice.p95Ms} ms or more; told from ${notice.slowAboveMs} ms on.`
        : since(notice, 'It holds up others, and is sent to apart from them'),
    ],
  }),
  'certificate.expiring': ({ certificate, expiresAt, seenAt, days }, name) => ({
    title: `${certificate === 'client' ? 'The client certificate for' : 'The certificate of'} ${name} expires within ${days} days`,
    sentences: [
      expiresAt ? `It expires at ${minute(expiresAt)}.` : '',
      seenAt ? `The last connection that showed it was at ${minute(seenAt)}.` : '',
    ],
  }),
  'deliveries.dead': (notice, name) => ({
    title: `${deliveries(notice.count ?? 0)} to ${name} ${notice.count === 1 ? 'is' : 'are'} dead`,
    sentences: [since(notice, 'They died')],
  }),
  'digest.hourly': ({ total }) => ({
    title: `${total} more notices in an hour`,
    sentences: ['There are too many to tell each.'],
  }),
  'digest.daily': ({ delivered, dead, troubled, since: from, until }) => ({
    title: `${deliveries(delivered ?? 0)} arrived, ${dead} died`,
    sentences: [
      from && until ? `From ${minute(from)} to ${minute(until)}.` : '',
      typeof troubled === 'number' ? inTrouble(troubled) : '',
    ],
  }),
  'filter.over_budget': ({ eventType }, name) => ({
    title: `The filter of ${name} takes too long`,
    sentences: [`It got no event of the type ${eventType} that this was found at.`],
  }),
};

const inTrouble = (count: number): string =>
  count === 0 ? 'No endpoint is in trouble.' : `Endpoints in trouble: ${count}.`;

function again({ reminder }: Notice, title: string): string {
  return reminder ? `Still: ${title}` : title;
}

function since({ since: at }: Notice, words: string): string {
  return at ? `${words} since ${minute(at)}.` : `${words}.`;
}

const TIMES = ['since', 'until', 'nextProbeAt', 'recoveredAt', 'expiresAt', 'seenAt'];

/** What words may name of a notice, as people read it: what is not there, or of which there is none, is left out. */
function valuesOf(notice: Notice, name: string): ReadonlyMap<string, string> {
  const values = new Map([['name', name]]);
  for (const [member, value] of Object.entries(notice)) {
    if (value === null || value === undefined || value === '') continue;
    if (TIMES.includes(member)) values.set(member, minute(String(value)));
    else values.set(member, String(value));
  }
  const { waiting, waitingIsMore, reminder } = notice;
  if (!waiting) values.delete('waiting');
  else if (waitingIsMore) values.set('waiting', `${waiting}+`);
  if (!reminder) values.delete('reminder');
  return values;
}

/** Undefined of what is no notice. @param words the tenant's own, where it has some */
export function messageOfNotice(
  { tenant, type, data }: Pick<Event, 'tenant' | 'type' | 'data'>,
  portal: string | undefined,
  words: NoticeWords = {},
): Message | undefined {
  const kind = kindOf(tenant, type);
  const notice = kind && noticeSchema.safeParse(JSON.parse(data)).data;
  if (!kind || !notice) return undefined;
  const name = notice.description || notice.endpoint || 'an endpoint';
  const said = TOLD[kind](notice, isRightToLeft(name) ? isolated(name) : name);
  const url = notice.link ?? portal;
  const own = words[kind];
  const link = url ? { url, words: own?.link ?? 'Look at it' } : undefined;
  if (own) {
    const { title, sentences } = inWords(own, valuesOf(notice, name));
    const isShown = plainText(title.slice(0, MAX_LOOKED_AT)) !== '';
    return { title: isShown ? title : said.title, sentences, fields: [], link };
  }
  const { waiting, waitingIsMore, nextProbeAt, reason } = notice;
  const field = (label: string, value: string | number | null | undefined): MessageField[] =>
    value === null || value === undefined ? [] : [{ name: label, value: String(value) }];
  return {
    title: said.title,
    sentences: [
      ...said.sentences,
      reason ?? '',
      waiting
        ? `${waitingIsMore ? 'At least ' : ''}${deliveries(waiting)} ${waiting === 1 ? 'waits' : 'wait'}.`
        : '',
      nextProbeAt ? `It is tried again at ${minute(nextProbeAt)}.` : '',
    ],
    fields: [
      ...field('Tenant', notice.tenant),
      ...field('Environment', notice.environment),
      ...field('Endpoint', notice.endpoint),
      ...field('Host', notice.host),
      ...field('Last failure', notice.outcome),
      ...field('Attempts', notice.attempts),
      ...field('Successful', notice.succeeded),
    ],
    link,
  };
}

/** The operator's bear no prefix. */
function kindOf(tenant: string, type: string): WordedKind | undefined {
  const prefix = tenant === OPERATOR_TENANT ? '' : RESERVED_PREFIX;
  const name = type.startsWith(prefix) ? type.slice(prefix.length) : '';
  return Object.hasOwn(TOLD, name) ? (name as WordedKind) : undefined;
}
