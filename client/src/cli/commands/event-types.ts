import type { EventType } from '../../models.ts';
import { type Command, UsageError } from '../command.ts';
import { parsedObject, readInput } from '../json-input.ts';
import { LIMIT, limitOf } from './listing-options.ts';

const MISMATCHES = ['accept', 'refuse'] as const;

export const EVENT_TYPE_COMMANDS: readonly Command[] = [
  {
    name: 'event-types list',
    summary: 'the catalogue',
    options: LIMIT,
    async run({ posthorn, out, options }) {
      const { most, page } = limitOf(options);
      out.list(await posthorn.eventTypes.list(page).toArray(most), row);
    },
  },
  {
    name: 'event-types get',
    summary: 'a type with its schema and example',
    args: ['name'],
    run: async ({ posthorn, out, arg }) => out.one(await posthorn.eventTypes.get(arg(0))),
  },
  {
    name: 'event-types put',
    summary: 'describe a type, or describe it anew, as the operator',
    args: ['name'],
    options: {
      description: { type: 'string', value: 'TEXT', help: 'when it is sent' },
      schema: { type: 'string', value: 'FILE|-', help: 'a JSON Schema (2020-12) of its data' },
      example: { type: 'string', value: 'FILE', help: 'data that fits the schema' },
      'on-mismatch': { type: 'string', value: 'WHAT', help: 'accept or refuse what does not fit' },
      public: { type: 'boolean', help: 'in the public listing, too' },
    },
    async run({ posthorn, out, arg, options }) {
      const [schema, example] = [options.text('schema'), options.text('example')];
      const description = options.text('description');
      const onMismatch = options.oneOf('on-mismatch', MISMATCHES);
      const type = await posthorn.eventTypes.put(arg(0), {
        ...(description !== undefined && { description }),
        ...(schema !== undefined && { schema: parsedObject(await readInput(schema), schema) }),
        ...(example !== undefined && { example: parsedObject(await readInput(example), example) }),
        ...(onMismatch && { onMismatch }),
        ...(options.flag('public') && { public: true }),
      });
      out.one(type);
    },
  },
  {
    name: 'event-types delete',
    summary: 'take a type out of the catalogue, as the operator',
    args: ['name'],
    options: { yes: { type: 'boolean', help: 'required' } },
    async run({ posthorn, out, arg, options }) {
      if (!options.flag('yes')) throw new UsageError('its schema is lost: say --yes');
      await posthorn.eventTypes.delete(arg(0));
      out.done(`deleted ${arg(0)}`, { name: arg(0), deleted: true });
    },
  },
];

function row({ name, description, onMismatch, public: isPublic }: EventType) {
  return { name, description, 'on mismatch': onMismatch, public: isPublic };
}
