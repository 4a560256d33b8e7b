// GET /v1/events and GET /v1/events/{id}: what came in, and what became of it.
import { z } from 'zod';
import { eventTypeSchema, type Scope, subjectSchema } from '../core/event.ts';
import { deliveryIdOf, isId } from '../core/identifiers.ts';
import type {
  DeliveryLedger,
  EventLedger,
  HealthLedger,
  Registry,
  StoredEvent,
} from '../core/ports.ts';
import { Problem } from '../core/problem.ts';
import type { Application } from '../http/application.ts';
import type { Authentication } from '../http/authentication.ts';
import { operation, serve } from '../http/operation.ts';
import { deliverySchema } from './delivery-operations.ts';
import { EXAMPLES } from './examples.ts';
import { listView, pageShape, rangeOf, rangeShape } from './listing-query.ts';
import { environmentSchema, idOf, idParams, pageSchema, timeSchema } from './schemas.ts';
import { healthOf, standingFrom } from './standing.ts';
import { deliveryView, eventView, pendingDeliveryView } from './views.ts';

const eventShape = {
  id: idOf('evt'),
  type: z.string(),
  tenant: z.string(),
  environment: environmentSchema,
  acceptedAt: timeSchema,
  occurredAt: z.string().nullable().meta({ description: 'As it came in.' }),
  subject: z.string().nullable(),
  channels: z.array(z.string()),
};
const eventSchema = z.strictObject(eventShape).meta({ id: 'Event', example: EXAMPLES.event });
const eventWithDeliveriesSchema = z
  .strictObject({
    ...eventShape,
    deliveries: z.array(deliverySchema),
    data: z.unknown().meta({ type: 'object', description: 'The exact bytes that came in.' }),
  })
  .meta({ id: 'EventWithDeliveries', example: EXAMPLES.eventWithDeliveries });

export const listEvents = operation({
  id: 'listEvents',
  method: 'get',
  path: '/v1/events',
  tag: 'Events',
  summary: 'List events, newest first',
  description:
    '`type` and `subject` are applied to each page after it is read: a page may be short, or empty, and still have a next one.',
  access: 'events:read',
  query: z.strictObject({
    ...pageShape((id) => isId('evt', id)),
    ...rangeShape,
    type: eventTypeSchema.optional(),
    subject: subjectSchema.optional(),
  }),
  replies: { 200: { description: 'A page of events.', schema: pageSchema(eventSchema) } },
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
}

export function addEventRoutes(
  app: Application,
  authentication: Authentication,
  ports: EventPorts,
): void {
  const { ledger } = ports;
  serve(app, authentication, listEvents, async ({ scope, query, reply }) => {
    const page = await ledger.listEvents(scope, rangeOf(query), query.limit, query.cursor);
    const entries = page.entries.filter(
      ({ event }) =>
        (query.type === undefined || event.type === query.type) &&
        (query.subject === undefined || event.subject === query.subject),
    );
    return reply(
      200,
      listView({ ...page, entries }, ({ event }) => eventView(event)),
    );
  });

  serve(app, authentication, getEvent, async ({ c, scope, params: { id } }) => {
    const found = isId('evt', id)
      ? await ledger.getEvents([{ ...scope, eventId: id }])
      : new Map<string, StoredEvent>();
    const stored = found.get(id);
    if (!stored) {
      // It may have been accepted a moment ago, and not be stored yet.
      throw new Problem(404, 'There is no such event, or it is not stored yet.', [], {
        'Retry-After': '1',
      });
    }
    const deliveries = await deliveriesOf(ports, scope, [stored]);
    const head = JSON.stringify({ ...eventView(stored.event), deliveries }).slice(0, -1);
    return c.body(`${head},"data":${stored.event.data}}`, 200, {
      'Content-Type': 'application/json',
    });
  });
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
