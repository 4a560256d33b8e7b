import type { EventType, EventTypeInput } from '../../models.ts';
import type { Command } from '../command.ts';
import { objectText, readInput } from '../json-input.ts';
import { LIMIT, showList } from './listing-options.ts';

const MISMATCHES = ['accept', 'refuse'] as const;

export const EVENT_TYPE_COMMANDS: readonly Command[] = [
  {
    name: 'event-types list',
    summary: 'list the catalogue',
    options: LIMIT,
    run: (call) => showList(call, (page) => call.posthorn.eventTypes.list(page), row),
  },
  {
    name: 'event-types get',
    summary: 'show a type with its schema and example',
    args: ['name'],
    run: async ({ posthorn, out, arg }) => out.one(await posthorn.eventTypes.get(arg(0))),
  },
  {
    name: 'event-types put',
    summary: 'create or replace a type, as the operator',
    args: ['name'],
    options: {
      description: { type: 'string', value: 'TEXT', help: 'when it is sent' },
      schema: { type: 'string', value: 'FILE|-', help: 'JSON Schema (2020-12) of its data' },
      example: { type: 'string', value: 'FILE', help: 'example data that matches the schema' },
      'on-mismatch': {
        type: 'string',
        value: 'WHAT',
        help: 'accept or refuse data that does not match',
      },
      public: { type: 'boolean', help: 'also show it in the public listing' },
    },
    async run({ posthorn, out, arg, options }) {
      const [schema, example] = [options.text('schema'), options.text('example')];
      const description = options.text('description');
      const onMismatch = options.oneOf('on-mismatch', MISMATCHES);
      const input = {
        ...(description !== undefined && { description }),
        ...(schema !== undefined && { schema: objectText(await readInput(schema), schema) }),
        ...(example !== undefined && { example: objectText(await readInput(example), example) }),
        ...(onMismatch && { onMismatch }),
        ...(options.flag('public') && { public: true }),
      };
      // JsonText is written out as it is.
      const type = await posthorn.eventTypes.put(arg(0), input as unknown as EventTypeInput);
      out.one(type);
    },
  },
  {
    name: 'event-types delete',
    summary: 'delete a type from the catalogue, as the operator',
    args: ['name'],
    irreversible: 'its schema is lost',
    async run({ posthorn, out, arg }) {
      await posthorn.eventTypes.delete(arg(0));
      out.done(`deleted ${arg(0)}`, { name: arg(0), deleted: true });
    },
  },
];

function row({ name, description, onMismatch, public: isPublic }: EventType) {
  return { name, description, 'on mismatch': onMismatch, public: isPublic };
}
