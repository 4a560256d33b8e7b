import { memberText } from '../../json-text.ts';
import type { EventInput } from '../../models.ts';
import { type Command, type CommandCall, UsageError } from '../command.ts';
import { hasPipe, objectText, parsedObject, readInput } from '../json-input.ts';
import { given, LIMIT, showList, TIMES, timeOf, timesOf } from './listing-options.ts';

export const EVENT_COMMANDS: readonly Command[] = [
  {
    name: 'events send',
    summary: 'send an event; its data arrives byte for byte',
    options: {
      type: { type: 'string', value: 'TYPE', help: 'such as dossier.created' },
      data: {
        type: 'string',
        value: 'JSON',
        help: 'its data, a JSON object (standard input, or {})',
      },
      file: {
        type: 'string',
        value: 'FILE|-',
        help: 'data from a file or standard input; without --type, the whole event',
      },
      subject: { type: 'string', value: 'TEXT', help: 'the subject of the event' },
      channel: {
        type: 'string',
        multiple: true,
        value: 'NAME',
        help: 'channels of the event, up to 5',
      },
      'occurred-at': {
        type: 'string',
        value: 'TIME',
        help: 'when it happened: RFC 3339, or 15m, 2h ago',
      },
      'idempotency-key': { type: 'string', value: 'KEY', help: 'makes repeats harmless' },
    },
    async run(call) {
      const event = await eventOf(call);
      const sent = await call.posthorn.events.send(event, call.options.text('idempotency-key'));
      call.out.one(sent);
    },
  },
  {
    name: 'events list',
    summary: 'list events, newest first',
    options: {
      ...LIMIT,
      ...TIMES,
      type: { type: 'string', value: 'PATTERN', help: 'such as dossier.*' },
      subject: { type: 'string', value: 'TEXT', help: 'only with this subject' },
      endpoint: { type: 'string', value: 'ID', help: 'only events that go to this endpoint' },
    },
    async run(call) {
      const query = {
        ...timesOf(call.options),
        ...given(call.options, ['type', 'subject', 'endpoint']),
      };
      await showList(
        call,
        (page) => call.posthorn.events.list({ ...page, ...query }),
        ({ id, type, subject, acceptedAt }) => ({ id, type, subject, accepted: acceptedAt }),
      );
    },
  },
  {
    name: 'events get',
    summary: 'show an event with its deliveries',
    args: ['id'],
    async run({ posthorn, out, arg }) {
      const event = await posthorn.events.get(arg(0));
      if (out.isJson) return out.one(event);
      out.one(event, ['deliveries', 'deliveriesNext']);
      if (event.deliveriesNext !== null) {
        out.note(
          `the first deliveries; all with: posthorn deliveries list --event ${event.id} --all`,
        );
      }
      out.list(event.deliveries, ({ id, endpoint, status, attempts }) => ({
        delivery: id,
        endpoint,
        status,
        attempts: attempts.at(-1)?.number ?? 0,
        'last outcome': attempts.at(-1)?.outcome,
      }));
    },
  },
  {
    name: 'events redact',
    summary: 'permanently remove an event’s data',
    args: ['id'],
    irreversible: 'its data is lost for good',
    async run({ posthorn, out, arg }) {
      out.done(`redacted ${arg(0)}`, await posthorn.events.redact(arg(0)));
    },
  },
];

async function eventOf({ options, out }: CommandCall): Promise<EventInput> {
  const data = options.text('data');
  // What is piped in is meant: events without it would go to customers.
  const file = options.text('file') ?? (data === undefined && hasPipe() ? '-' : undefined);
  if (file !== undefined && data !== undefined)
    throw new UsageError('give --file or --data, not both');
  const text = file === undefined ? (data ?? '{}') : await readInput(file);
  const where = file === undefined ? '--data' : file === '-' ? 'standard input' : file;
  if (file === '-' && text.trim() === '') {
    throw new UsageError('standard input is empty: give --data for an event without it');
  }
  const type = options.text('type');
  const subject = options.text('subject');
  const channels = options.texts('channel');
  const occurredAt = timeOf(options, 'occurred-at');
  const said = {
    ...(subject !== undefined && { subject }),
    ...(channels !== undefined && { channels }),
    ...(occurredAt !== undefined && { occurredAt }),
  };
  if (type !== undefined) {
    const names = Object.keys(parsedObject(text, where));
    if (names.includes('type') && names.includes('data')) {
      out.warn(`all of ${where} is sent as the data: without --type it is sent as a whole event`);
    }
    return { type, data: objectText(text, where), ...said };
  }
  if (file === undefined) throw new UsageError('--type is missing');
  const whole = parsedObject(text, where);
  const inner = memberText(text.trim(), 'data');
  if (typeof whole.type !== 'string' || inner === undefined) {
    throw new UsageError(`${where} needs type and data, unless --type is given`);
  }
  return { ...whole, ...said, type: whole.type, data: objectText(inner, `data in ${where}`) };
}
