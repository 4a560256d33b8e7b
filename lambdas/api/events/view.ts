// An event as the API shows it.
import * as z from 'zod';
import type { Event } from '../../core/events/event.ts';
import type { StoredEvent } from '../../core/events/ledger.ts';
import { deliveryExample, deliverySchema } from '../deliveries/view.ts';
import { EXAMPLE, environmentSchema, idOf, time, timeSchema } from '../schemas.ts';
import { composedSchema } from './composed.ts';

/** An event but for its data, whose exact bytes are put in where the answer is written. */
export function eventView(event: Event) {
  return {
    id: event.id,
    type: event.type,
    tenant: event.tenant,
    environment: event.environment,
    acceptedAt: time(event.acceptedAtMs),
    occurredAt: event.occurredAt ?? null,
    subject: event.subject ?? null,
    channels: event.channels,
    redactedAt: event.redactedAtMs === undefined ? null : time(event.redactedAtMs),
  };
}

/** What a session for certain endpoints sees of it: neither subject nor channels, which no receiver gets. */
export function receivedView(event: Event) {
  return { ...eventView(event), subject: null, channels: [] };
}

export const eventShape = {
  id: idOf('evt'),
  type: z.string(),
  tenant: z.string(),
  environment: environmentSchema,
  acceptedAt: timeSchema,
  occurredAt: z.string().nullable().meta({ description: 'As the producer sent it.' }),
  subject: z.string().nullable(),
  channels: z.array(z.string()),
  redactedAt: timeSchema.nullable().meta({
    description: 'When its data and subject were removed permanently.',
  }),
};

export const eventDataSchema = z.unknown().meta({
  type: ['object', 'null'],
  description:
    'Byte for byte as it was sent; null once the event is redacted, and for a session for certain endpoints.',
});

export const eventExample = {
  id: `evt_${EXAMPLE.suffix}`,
  type: 'dossier.created',
  tenant: 'acme',
  environment: 'live',
  acceptedAt: EXAMPLE.time,
  occurredAt: null,
  subject: 'dossier-1',
  channels: [],
  redactedAt: null,
};
/** The data of the event that examples show. */
export const dataExample = { dossier: 'd-1' };

export const eventSchema = z.strictObject(eventShape).meta({ id: 'Event', example: eventExample });

/** What the routing rules made of an event when it was fanned out. */
export function routingView({ routing }: StoredEvent) {
  return routing ? { channels: routing.channels, rules: routing.rules } : null;
}

export const eventWithDeliveriesSchema = z
  .strictObject({
    ...eventShape,
    routing: z
      .strictObject({
        channels: z.array(z.string()).meta({ description: 'By which endpoints were matched.' }),
        rules: z.array(z.int()).meta({ description: 'The rules that matched, by their index.' }),
      })
      .nullable()
      .meta({ description: 'Null if no routing rule matched the event when it was accepted.' }),
    deliveries: z
      .array(deliverySchema)
      .meta({ description: 'The first 100 deliveries, ordered by endpoint.' }),
    deliveriesNext: z.string().nullable().meta({
      description: 'Send it as `cursor` to `GET /v1/deliveries?event=` to get the others.',
    }),
    data: eventDataSchema,
    composed: z.array(composedSchema).optional().meta({
      description:
        'For a session for certain endpoints: the event as each of them receives it, in the place of `data`.',
    }),
  })
  .meta({
    id: 'EventWithDeliveries',
    example: {
      ...eventExample,
      routing: null,
      deliveries: [deliveryExample],
      deliveriesNext: null,
      data: dataExample,
    },
  });
