// What the operations on event types take and answer.
import * as z from 'zod';
import { eventTypeInputSchema, eventTypeNameSchema } from '../../core/event-types/event-type.ts';
import { EVENT_TYPE } from '../../core/events/event.ts';
import { FULL } from '../../http/limits.ts';
import { operation } from '../../http/operation.ts';
import { matchHeader, STALE, tagHeader } from '../entity-tag.ts';
import { pageShape } from '../listing/query.ts';
import { pageSchema, timeSchema } from '../schemas.ts';

const example = {
  description: 'A dossier was opened.',
  schema: {
    type: 'object',
    required: ['dossier'],
    properties: { dossier: { type: 'string' } },
  },
  example: { dossier: 'd-1' },
  onMismatch: 'refuse',
  public: true,
} as const;

const { onMismatch } = eventTypeInputSchema.shape;
const publicShape = {
  name: z.string(),
  description: z.string(),
  schema: z.unknown().meta({
    description: 'JSON Schema 2020-12 of the data: an object, true or false; or null.',
  }),
  example: z.unknown().meta({ type: ['object', 'null'] }),
};
const publicExample = {
  name: 'dossier.created',
  description: example.description,
  schema: example.schema,
  example: example.example,
};
const publicEventTypeSchema = z
  .strictObject(publicShape)
  .meta({ id: 'PublicEventType', example: publicExample });
const eventTypeSchema = z
  .strictObject({
    ...publicShape,
    onMismatch: onMismatch.unwrap(),
    public: z.boolean(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({
    id: 'EventType',
    example: {
      ...publicExample,
      onMismatch: 'refuse',
      public: true,
      createdAt: '2026-01-31T09:30:00.000Z',
      updatedAt: '2026-01-31T09:30:00.000Z',
    },
  });

export const NO_EVENT_TYPE = 'There is no such event type in the catalogue.';
const tag = 'Event types';
const byName = z.strictObject({ name: eventTypeNameSchema });
const anyName = z.strictObject({ name: z.string().meta({ example: 'dossier.created' }) });
const page = z.strictObject(pageShape((name) => EVENT_TYPE.test(name)));

export const putEventType = operation({
  id: 'putEventType',
  method: 'put',
  path: '/v1/event-types/{name}',
  tag,
  summary: 'Create an event type, or replace it',
  description:
    'If `onMismatch` is `refuse`, events of this type whose data does not match the schema are rejected with 422. A change takes effect within seconds. A schema may refer only to its own parts (`#/$defs/name`): nothing is fetched.',
  access: 'operator',
  session: 'refused',
  params: byName,
  headers: matchHeader,
  body: eventTypeInputSchema.meta({ id: 'EventTypeInput' }),
  bodyExample: example,
  replies: {
    200: { description: 'Replaced.', schema: eventTypeSchema, headers: tagHeader },
    201: { description: 'Created.', schema: eventTypeSchema, headers: tagHeader },
  },
  problems: { 409: `It was changed in the meantime. Or: ${FULL}`, 412: STALE },
});
export const getEventType = operation({
  id: 'getEventType',
  method: 'get',
  path: '/v1/event-types/{name}',
  tag,
  summary: 'Read an event type',
  access: 'key',
  session: 'all',
  params: anyName,
  replies: { 200: { description: 'The event type.', schema: eventTypeSchema, headers: tagHeader } },
  problems: { 404: NO_EVENT_TYPE },
});
export const deleteEventType = operation({
  id: 'deleteEventType',
  method: 'delete',
  path: '/v1/event-types/{name}',
  tag,
  summary: 'Delete an event type',
  access: 'operator',
  session: 'refused',
  params: anyName,
  headers: matchHeader,
  replies: { 204: { description: 'Deleted.' } },
  problems: { 404: NO_EVENT_TYPE, 409: 'It was changed in the meantime.', 412: STALE },
});
export const listEventTypes = operation({
  id: 'listEventTypes',
  method: 'get',
  path: '/v1/event-types',
  tag,
  summary: 'List event types by name',
  access: 'key',
  session: 'all',
  query: page,
  replies: { 200: { description: 'A page of event types.', schema: pageSchema(eventTypeSchema) } },
});
export const listPublicEventTypes = operation({
  id: 'listPublicEventTypes',
  method: 'get',
  path: '/.well-known/event-types.json',
  tag,
  summary: 'List public event types by name',
  access: 'open',
  session: 'all',
  query: page,
  replies: {
    200: {
      description: 'A page of public event types, which may be cached.',
      schema: pageSchema(publicEventTypeSchema),
    },
  },
});
