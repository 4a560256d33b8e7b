// GET /v1/events and GET /v1/events/{id}: what came in, and what became of it.
import * as z from 'zod';
import { type Scope, subjectSchema } from '../../core/events/event.ts';
import { deliveryIdOf, isId } from '../../core/identifiers.ts';
import type {
  DeliveryLedger,
  EventLedger,
  HealthLedger,
  Registry,
  StoredEvent,
  Surroundings,
} from '../../core/ports.ts';
import { Problem } from '../../core/problem.ts';
import { matchesPattern, patternSchema } from '../../core/subscriptions/patterns.ts';
import type { Application } from '../../http/application.ts';
import type { Authentication } from '../../http/authentication.ts';
import { operation, serve } from '../../http/operation.ts';
import { deliverySchema } from '../deliveries/operations.ts';
import { firstOf, placesOf } from '../deliveries/places.ts';
import { NO_ENDPOINT } from '../endpoints/operations.ts';
import { healthOf, standingFrom } from '../endpoints/standing.ts';
import { EXAMPLES } from '../examples.ts';
import { cutPage, filteredPage } from '../listing/filtered-page.ts';
import { listView, MAX_LIMIT, pageShape, rangeOf, rangeShape } from '../listing/query.ts';
import { environmentSchema, idOf, idParams, pageSchema, timeSchema } from '../schemas.ts';
import { deliveryView, eventView, pendingDeliveryView } from '../views.ts';

export const NO_EVENT = 'There is no such event, or it is not stored yet.';

export const eventShape = {
  id: idOf('evt'),
  type: z.string(),
  tenant: z.string(),
  environment: environmentSchema,
  acceptedAt: timeSchema,
  occurredAt: z.string().nullable().meta({ description: 'As it came in.' }),
  subject: z.string().nullable(),
  channels: z.array(z.string()),
  redactedAt: timeSchema.nullable().meta({
    description: 'When its data and subject were removed for good.',
  }),
};
export const eventDataSchema = z.unknown().meta({
  type: ['object', 'null'],
  description: 'The exact bytes that came in; null once the event is redacted.',
});
const eventSchema = z.strictObject(eventShape).meta({ id: 'Event', example: EXAMPLES.event });
export const eventWithDeliveriesSchema = z
  .strictObject({
    ...eventShape,
    deliveries: z.array(deliverySchema).meta({ description: 'The first 100, by their endpoints.' }),
    deliveriesNext: z.string().nullable().meta({
      description: 'Send it as `cursor` to `GET /v1/deliveries?event=` for the rest.',
    }),
    data: eventDataSchema,
  })
  .meta({ id: 'EventWithDeliveries', example: EXAMPLES.eventWithDeliveries });

export const listEvents = operation({
  id: 'listEvents',
  method: 'get',
  path: '/v1/events',
  tag: 'Events',
  summary: 'List events, newest first',
  description:
    '`type`, `subject` and `endpoint` are applied to what is read: it is read on for a short time, and a page may still be short, or empty, and have a next one.',
  access: 'events:read',
  query: z.strictObject({
    ...pageShape((id) => isId('evt', id)),
    ...rangeShape,
    type: patternSchema.optional(),
    subject: subjectSchema.optional(),
    endpoint: idOf('ep').optional().meta({ description: 'Only events that go to this endpoint.' }),
  }),
  replies: { 200: { description: 'A page of events.', schema: pageSchema(eventSchema) } },
  problems: { 404: NO_ENDPOINT },
});
export const getEvent = operation({
  id: 'getEvent',
  method: 'get',
  path: '/v1/events/{id}',
  tag: 'Events',
  summary: 'Read an event with its data and its deliveries',
  access: 'events:read',
  params: idParams('evt'),
  replies: { 200: { description: 'The event.', schema: eventWithDeliveriesSchema } },
  problems: { 404: 'There is no such event, or it is not stored yet: with `Retry-After`.' },
});

export interface EventPorts {
  readonly ledger: EventLedger & DeliveryLedger;
  readonly registry: Pick<Registry, 'getEndpoints'>;
  readonly health: HealthLedger;
  readonly surroundings: Pick<Surroundings, 'now'>;
}

export function addEventRoutes(
  app: Application,
  authentication: Authentication,
  ports: EventPorts,
): void {
  const { ledger } = ports;
  serve(app, authentication, listEvents, async ({ scope, query, reply }) => {
    const { type, subject, endpoint, limit, cursor } = query;
    if (endpoint !== undefined) await requireEndpoint(ports, scope, endpoint);
    const isWanted = ({ event, targets }: StoredEvent): boolean =>
      isAbout(event, query) && (endpoint === undefined || targets.includes(endpoint));
    const page = await filteredPage({
      read: (count, after) => ledger.listEvents(scope, rangeOf(query), count, after),
      views: async (entries) =>
        entries.filter(isWanted).map(({ event }) => ({ id: event.id, view: eventView(event) })),
      isFiltered: [type, subject, endpoint].some((given) => given !== undefined),
      limit,
      cursor,
      now: () => ports.surroundings.now(),
    });
    return reply(
      200,
      listView(page, (view) => view),
    );
  });

  serve(app, authentication, getEvent, async ({ c, scope, params: { id } }) => {
    const stored = await requireEvent(ports, scope, id);
    const shown = await firstDeliveriesOf(ports, scope, stored);
    const head = JSON.stringify({ ...eventView(stored.event), ...shown }).slice(0, -1);
    return c.body(`${head},"data":${stored.event.data}}`, 200, {
      'Content-Type': 'application/json',
    });
  });
}

export async function findEvent(
  ledger: Pick<EventLedger, 'getEvents'>,
  scope: Scope,
  id: string,
): Promise<StoredEvent | undefined> {
  if (!isId('evt', id)) return undefined;
  return (await ledger.getEvents([{ ...scope, eventId: id }])).get(id);
}

/** @throws Problem 404 */
export async function requireEvent(
  { ledger }: Pick<EventPorts, 'ledger'>,
  scope: Scope,
  id: string,
): Promise<StoredEvent> {
  const stored = await findEvent(ledger, scope, id);
  if (stored) return stored;
  // It may have been accepted a moment ago, and not be stored yet.
  throw new Problem(404, NO_EVENT, [], { 'Retry-After': '1' });
}

/** Deleted ones may be asked for. @throws Problem 404 */
async function requireEndpoint({ registry }: EventPorts, scope: Scope, id: string): Promise<void> {
  const found = isId('ep', id) && (await registry.getEndpoints([{ ...scope, id }])).has(id);
  if (!found) throw new Problem(404, NO_ENDPOINT);
}

/** Whether an event has the type, or one of the pattern, and the subject that are asked for. */
export function isAbout(
  event: { readonly type: string; readonly subject?: string | null },
  asked: { readonly type?: string | undefined; readonly subject?: string | undefined },
): boolean {
  return (
    (asked.type === undefined || matchesPattern(asked.type, event.type)) &&
    (asked.subject === undefined || event.subject === asked.subject)
  );
}

/** As many of an event's deliveries as its answer holds, and where the listing goes on. */
export async function firstDeliveriesOf(ports: EventPorts, scope: Scope, stored: StoredEvent) {
  const places = firstOf(placesOf(stored), MAX_LIMIT);
  const views = await deliveriesOf(ports, scope, places.entries);
  const page = cutPage(
    views.map((view) => ({ id: view.id, view })),
    MAX_LIMIT,
    places.next,
  );
  const { data, next } = listView(page, (view) => view);
  return { deliveries: data, deliveriesNext: next };
}

/** The deliveries of events, each event's in the order of its targets; those not begun are pending. */
export async function deliveriesOf(
  { ledger, registry, health }: EventPorts,
  scope: Scope,
  events: readonly StoredEvent[],
) {
  const refs = events.flatMap(({ event, targets }) =>
    targets.map((endpointId) => ({ ...scope, eventId: event.id, endpointId })),
  );
  if (refs.length === 0) return [];
  const endpointIds = [...new Set(refs.map((ref) => ref.endpointId))];
  const [deliveries, endpoints] = await Promise.all([
    ledger.getDeliveries(refs),
    registry.getEndpoints(endpointIds.map((id) => ({ ...scope, id }))),
  ]);
  const healthAt = await healthOf(health, [...endpoints.values()]);
  const standing = (id: string) => standingFrom(endpoints.get(id), healthAt(id));
  return events.flatMap(({ event, targets }) =>
    targets.map((endpointId) => {
      const delivery = deliveries.get(deliveryIdOf(event.id, endpointId));
      return delivery
        ? deliveryView(delivery, standing(endpointId))
        : pendingDeliveryView(event, endpointId, standing(endpointId));
    }),
  );
}
