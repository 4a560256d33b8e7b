// /v1/event-types: the catalogue. The operator writes it, every key reads it, and what is public is open.

import { defined } from '../../core/defined.ts';
import type { EventTypeStore } from '../../core/event-types/catalogue.ts';
import {
  type EventType,
  type EventTypeInput,
  eventTypeNameSchema,
} from '../../core/event-types/event-type.ts';
import { optimistically } from '../../core/optimistic.ts';
import { type Fault, faultsUnder, Problem } from '../../core/problem.ts';
import type { Settings } from '../../core/settings.ts';
import { Steps } from '../../core/steps.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import { refused } from '../../http/body.ts';
import { placesUnder } from '../../http/limits.ts';
import type { Serve } from '../../http/operation.ts';
import { overtaken, requireMatch, taggedByContent } from '../entity-tag.ts';
import { filteredPage } from '../listing/filtered-page.ts';
import { listView, pageView } from '../listing/query.ts';
import {
  deleteEventType,
  getEventType,
  listEventTypes,
  listPublicEventTypes,
  NO_EVENT_TYPE,
  putEventType,
} from './operations.ts';

/** A small one that takes more would be of a schema that refuses most events. */
const MAX_EXAMPLE_STEPS = 250_000;
/** How often a change is tried again that was overtaken. */
const ROUNDS = 3;
const CACHED = { 'Cache-Control': 'public, max-age=60' };

interface EventTypePorts {
  readonly eventTypes: EventTypeStore;
  readonly limits: Pick<Settings['limits'], 'eventTypes'>;
  readonly surroundings: Pick<Surroundings, 'now'>;
}

export function addEventTypeRoutes(
  serve: Serve,
  { eventTypes, limits, surroundings }: EventTypePorts,
): void {
  async function find(name: string): Promise<EventType> {
    const isName = eventTypeNameSchema.safeParse(name).success;
    const found = isName ? await eventTypes.getEventType(name) : undefined;
    if (!found) throw new Problem(404, NO_EVENT_TYPE);
    return found;
  }

  serve(putEventType, async ({ c, params: { name }, body, reply }) => {
    const faults = await faultsOfEventType(body);
    if (faults.length > 0) throw refused(faults);
    const put = await optimistically(ROUNDS, async () => {
      const before = await eventTypes.getEventType(name);
      requireMatch(c, before && taggedByContent(before));
      const nowMs = surroundings.now();
      if (!before) await placesUnder('eventTypes', limits.eventTypes, eventTypes.listEventTypes)();
      const after: EventType = {
        name,
        description: body.description,
        ...defined({ schema: body.schema, example: body.example }),
        onMismatch: body.onMismatch,
        isPublic: body.public,
        createdAtMs: before?.createdAtMs ?? nowMs,
        updatedAtMs: nowMs,
      };
      return (await eventTypes.replaceEventType(before, after)) ? { before, after } : undefined;
    });
    if (!put) throw overtaken(c);
    const { before, after } = put;
    return reply(before ? 200 : 201, eventTypeView(after), taggedByContent(after));
  });

  serve(getEventType, async ({ params, reply }) => {
    const found = await find(params.name);
    return reply(200, eventTypeView(found), taggedByContent(found));
  });

  serve(deleteEventType, async ({ c, params }) => {
    const isDeleted = await optimistically(ROUNDS, async () => {
      const before = await find(params.name);
      requireMatch(c, taggedByContent(before));
      return (await eventTypes.deleteEventType(before)) || undefined;
    });
    if (!isDeleted) throw overtaken(c);
    return c.body(null, 204);
  });

  serve(listEventTypes, async ({ query, reply }) => {
    const { entries, ...page } = await eventTypes.listEventTypes(query.limit, query.cursor);
    const named = entries.map((one) => ({ ...one, id: one.name }));
    return reply(200, listView({ ...page, entries: named }, eventTypeView));
  });

  serve(listPublicEventTypes, async ({ query, reply }) => {
    const page = await filteredPage({
      read: (limit, cursor) => eventTypes.listEventTypes(limit, cursor),
      views: async (entries) =>
        entries
          .filter(({ isPublic }) => isPublic)
          .map((one) => ({ id: one.name, view: publicView(one) })),
      isFiltered: true,
      limit: query.limit,
      cursor: query.cursor,
      now: () => surroundings.now(),
    });
    return reply(200, pageView(page), CACHED);
  });
}

async function faultsOfEventType(input: EventTypeInput): Promise<Fault[]> {
  const { schema, example, onMismatch } = input;
  if (schema === undefined) {
    if (onMismatch === 'accept') return [];
    return [{ path: '/onMismatch', message: 'needs a schema to check the data against' }];
  }
  const { createSchemaCheck, faultsOfSchema } = await import('#on-demand/schemas');
  const faults = faultsUnder('/schema', faultsOfSchema(schema));
  if (faults.length > 0 || example === undefined) return faults;
  const misfits = createSchemaCheck(schema)(example, new Steps(MAX_EXAMPLE_STEPS));
  if (misfits !== 'over') return faultsUnder('/example', misfits);
  return [{ path: '/example', message: 'takes more steps to check than an event may take' }];
}

function publicView({ name, description, schema, example }: EventType) {
  return { name, description, schema: schema ?? null, example: example ?? null };
}

function eventTypeView(eventType: EventType) {
  return {
    ...publicView(eventType),
    onMismatch: eventType.onMismatch,
    public: eventType.isPublic,
    createdAt: new Date(eventType.createdAtMs).toISOString(),
    updatedAt: new Date(eventType.updatedAtMs).toISOString(),
  };
}
