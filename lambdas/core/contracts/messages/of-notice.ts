// The message that a notice is to the people in a chat: what happened to which endpoint, since when, what it means for
// deliveries, the likely reason, and where to look.
import * as z from 'zod';
import type { Event } from '../../events/event.ts';
import { RESERVED_PREFIX } from '../../events/reserved.ts';
import type { Message, MessageField } from './message.ts';

const text = z.string().nullish();
const number = z.number().nullish();

/** The members of docs/notices.md that a message shows. An event that was posted before the prefix was reserved has others. */
const noticeSchema = z.looseObject({
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
  pausedBy: text,
  recoveredAt: text,
  p95Ms: number,
  slowAboveMs: number,
  certificate: text,
  expiresAt: text,
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
type Words = Pick<Message, 'title' | 'sentences'>;

const deliveries = (count: number): string =>
  count === 1 ? '1 delivery' : `${count.toLocaleString('en')} deliveries`;

/** `2026-12-01 10:00 UTC` */
const minute = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;

const TOLD: Readonly<Record<string, (notice: Notice, name: string) => Words>> = {
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
  'certificate.expiring': ({ certificate, expiresAt, days }, name) => ({
    title: `${certificate === 'client' ? 'The client certificate for' : 'The certificate of'} ${name} expires within ${days} days`,
    sentences: [expiresAt ? `It expires at ${minute(expiresAt)}.` : ''],
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
      troubled === 0 ? 'No endpoint is in trouble.' : `Endpoints in trouble: ${troubled}.`,
    ],
  }),
  'filter.over_budget': ({ eventType }, name) => ({
    title: `The filter of ${name} takes too long`,
    sentences: [`It got no event of the type ${eventType} that this was found at.`],
  }),
};

function again({ reminder }: Notice, title: string): string {
  return reminder ? `Still: ${title}` : title;
}

function since({ since: at }: Notice, words: string): string {
  return at ? `${words} since ${minute(at)}.` : `${words}.`;
}

/** Undefined of what is no notice. */
export function messageOfNotice(
  { type, data }: Pick<Event, 'type' | 'data'>,
  portal: string | undefined,
): Message | undefined {
  const tell = type.startsWith(RESERVED_PREFIX)
    ? TOLD[type.slice(RESERVED_PREFIX.length)]
    : undefined;
  const notice = tell && noticeSchema.safeParse(JSON.parse(data)).data;
  if (!tell || !notice) return undefined;
  const { title, sentences } = tell(notice, notice.description || notice.endpoint || 'an endpoint');
  const { waiting, waitingIsMore, nextProbeAt, reason } = notice;
  const url = notice.link ?? portal;
  const field = (name: string, value: string | number | null | undefined): MessageField[] =>
    value === null || value === undefined ? [] : [{ name, value: String(value) }];
  return {
    title,
    sentences: [
      ...sentences,
      reason ?? '',
      waiting
        ? `${waitingIsMore ? 'At least ' : ''}${deliveries(waiting)} ${waiting === 1 ? 'waits' : 'wait'}.`
        : '',
      nextProbeAt ? `It is tried again at ${minute(nextProbeAt)}.` : '',
    ],
    fields: [
      ...field('Endpoint', notice.endpoint),
      ...field('Host', notice.host),
      ...field('Last failure', notice.outcome),
      ...field('Attempts', notice.attempts),
      ...field('Successful', notice.succeeded),
    ],
    link: url ? { url, words: 'Look at it' } : undefined,
  };
}
