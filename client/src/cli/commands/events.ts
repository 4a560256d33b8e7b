import { memberText } from '../../json-text.ts';
import type { EventInput } from '../../models.ts';
import { type Command, type CommandCall, UsageError } from '../command.ts';
import { objectText, parsedObject, readInput } from '../json-input.ts';
import { given, LIMIT, limitOf, TIMES, timesOf } from './listing-options.ts';

export const EVENT_COMMANDS: readonly Command[] = [
  {
    name: 'events send',
    summary: 'send an event; its data arrives byte for byte',
    options: {
      type: { type: 'string', value: 'TYPE', help: 'such as dossier.created' },
      data: { type: 'string', value: 'JSON', help: 'its data, a JSON object ({})' },
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
      'occurred-at': { type: 'string', value: 'TIME', help: 'when it happened (RFC 3339)' },
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
    async run({ posthorn, out, options }) {
      const { most, page } = limitOf(options);
      const query = {
        ...page,
        ...timesOf(options),
        ...given(options, ['type', 'subject', 'endpoint']),
      };
      const events = await posthorn.events.list(query).toArray(most);
      out.list(events, ({ id, type, subject, acceptedAt }) => ({
        id,
        type,
        subject,
        accepted: acceptedAt,
      }));
    },
  },
  {
    name: 'events get',
    summary: 'show an event with its deliveries',
    args: ['id'],
    async run({ posthorn, out, arg }) {
      const event = await posthorn.events.get(arg(0));
      if (out.isJson) return out.one(event);
      const { deliveries, ...rest } = event;
      out.one(rest);
      out.list(deliveries, ({ id, endpoint, status, attempts }) => ({
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
    options: { yes: { type: 'boolean', help: 'required: it cannot be undone' } },
    async run({ posthorn, out, arg, options }) {
      if (!options.flag('yes')) throw new UsageError('this cannot be undone: confirm with --yes');
      out.done(`redacted ${arg(0)}`, await posthorn.events.redact(arg(0)));
    },
  },
];

async function eventOf({ options }: CommandCall): Promise<EventInput> {
  const file = options.text('file');
  const data = options.text('data');
  if (file !== undefined && data !== undefined)
    throw new UsageError('give --file or --data, not both');
  const text = file === undefined ? (data ?? '{}') : await readInput(file);
  const where = file === undefined ? '--data' : file;
  const type = options.text('type');
  const subject = options.text('subject');
  const channels = options.texts('channel');
  const occurredAt = options.text('occurred-at');
  const said = {
    ...(subject !== undefined && { subject }),
    ...(channels !== undefined && { channels }),
    ...(occurredAt !== undefined && { occurredAt }),
  };
  if (type !== undefined) return { type, data: objectText(text, where), ...said };
  if (file === undefined) throw new UsageError('--type is missing');
  const whole = parsedObject(text, where);
  const inner = memberText(text.trim(), 'data');
  if (typeof whole.type !== 'string' || inner === undefined) {
    throw new UsageError(`${where} needs type and data, unless --type is given`);
  }
  return { ...whole, ...said, type: whole.type, data: objectText(inner, `data in ${where}`) };
}
