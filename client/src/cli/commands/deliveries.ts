import type { Delivery } from '../../models.ts';
import type { Command } from '../command.ts';
import { given, LIMIT, showList, TIMES, timeOf, timesOf } from './listing-options.ts';

const STATUSES = ['pending', 'waiting', 'held', 'delivered', 'dead', 'cancelled'] as const;

export const DELIVERY_COMMANDS: readonly Command[] = [
  {
    name: 'deliveries list',
    summary: 'list deliveries, newest first',
    options: {
      ...LIMIT,
      ...TIMES,
      endpoint: { type: 'string', value: 'ID', help: 'only of this endpoint' },
      event: { type: 'string', value: 'ID', help: 'only of this event' },
      status: { type: 'string', value: 'STATUS', help: STATUSES.join(', ') },
      type: { type: 'string', value: 'PATTERN', help: 'such as dossier.*' },
      subject: { type: 'string', value: 'TEXT', help: 'only of events with this subject' },
    },
    async run(call) {
      const status = call.options.oneOf('status', STATUSES);
      const query = {
        ...timesOf(call.options),
        ...given(call.options, ['endpoint', 'event', 'type', 'subject']),
        ...(status && { status }),
      };
      await showList(
        call,
        (page) => call.posthorn.deliveries.list({ ...page, ...query }),
        (delivery) => ({
          id: delivery.id,
          type: delivery.type,
          endpoint: delivery.endpoint,
          status: delivery.status,
          attempts: delivery.attempts.at(-1)?.number ?? 0,
          'last outcome': delivery.attempts.at(-1)?.outcome,
          'next attempt': delivery.nextAttemptAt,
        }),
      );
    },
  },
  {
    name: 'deliveries get',
    summary: 'show a delivery with its attempts',
    args: ['id'],
    async run({ posthorn, out, arg }) {
      const delivery = await posthorn.deliveries.get(arg(0));
      if (out.isJson) return out.one(delivery);
      out.one(delivery, ['attempts']);
      out.list(delivery.attempts, ({ number, cause, at, outcome, durationMs, detail }) => ({
        attempt: number,
        cause,
        at,
        outcome,
        ms: durationMs,
        detail,
      }));
    },
  },
  {
    name: 'deliveries retry',
    summary: 'send a delivery again, at once',
    args: ['id'],
    async run({ posthorn, out, arg }) {
      const delivery = await posthorn.deliveries.retry(arg(0));
      out.done(`${delivery.id} is ${delivery.status}, run ${delivery.run}`, delivery);
    },
  },
  {
    name: 'deliveries cancel',
    summary: 'cancel a waiting delivery',
    args: ['id'],
    irreversible: 'it is not sent any more',
    async run({ posthorn, out, arg }) {
      const delivery = await posthorn.deliveries.cancel(arg(0));
      out.done(`${delivery.id} is ${delivery.status}`, delivery);
    },
  },
  {
    name: 'deliveries tail',
    summary: 'show new deliveries and their changes, until Ctrl-C',
    options: {
      endpoint: { type: 'string', value: 'ID', help: 'only of this endpoint' },
      type: { type: 'string', value: 'PATTERN', help: 'such as dossier.*' },
      since: {
        type: 'string',
        value: 'TIME',
        help: 'start at this time: RFC 3339, or 15m, 2h ago (now)',
      },
      count: { type: 'string', value: 'N', help: 'stop after this many lines' },
    },
    async run({ posthorn, out, options, signal }) {
      const most = options.count('count') ?? Number.POSITIVE_INFINITY;
      const since = timeOf(options, 'since');
      const tail = posthorn.deliveries.tail({
        ...given(options, ['endpoint', 'type']),
        ...(since !== undefined && { since }),
        signal,
        onInterruption: ({ message }) => out.warn(`connection lost, trying again: ${message}`),
      });
      let shown = 0;
      for await (const delivery of tail) {
        out.entry(delivery, lineOf(delivery), COLOURS[delivery.status]);
        if (++shown >= most) return;
      }
    },
  },
];

const MARKS: Partial<Record<Delivery['status'], string>> = {
  delivered: '✓',
  dead: '✗',
  waiting: '…',
};

const COLOURS: Partial<Record<Delivery['status'], 'good' | 'bad' | 'open'>> = {
  delivered: 'good',
  dead: 'bad',
  waiting: 'open',
};

function lineOf(delivery: Delivery): string {
  const { status, type, event, endpoint, attempts, nextAttemptAt } = delivery;
  const last = attempts.at(-1);
  const attempt = last ? ` attempt ${last.number} ${last.outcome} ${last.durationMs} ms` : '';
  const next = nextAttemptAt === null ? '' : `, next ${nextAttemptAt}`;
  return `${MARKS[status] ?? '·'} ${status} ${type} ${event} → ${endpoint}${attempt}${next}`;
}
