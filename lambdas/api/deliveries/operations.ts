// What the operations on deliveries take and answer.
import * as z from 'zod';
import { CAUSES, DELIVERY_STATUSES, type DeliveryStatus } from '../../core/deliveries/delivery.ts';
import { subjectSchema } from '../../core/events/event.ts';
import { isId, partsOfDeliveryId } from '../../core/identifiers.ts';
import { phasesSchema } from '../../core/retries/phases.ts';
import { patternSchema } from '../../core/subscriptions/patterns.ts';
import { operation } from '../../http/operation.ts';
import { EXAMPLES } from '../examples.ts';
import { pageShape, rangeShape } from '../listing/query.ts';
import { deliveryIdSchema, idOf, pageSchema, timeSchema } from '../schemas.ts';

const STATUSES = DELIVERY_STATUSES as [DeliveryStatus, ...DeliveryStatus[]]; // it is not empty

const attemptSchema = z
  .strictObject({
    number: z.int(),
    run: z.int(),
    cause: z.enum(CAUSES),
    at: timeSchema,
    durationMs: z.number(),
    outcome: z.string().meta({ description: '`http_<status>` or a kind of failure.' }),
    responseStatus: z.int().nullable(),
    detail: z.string().nullable(),
    timings: phasesSchema.meta({
      id: 'Timings',
      description: 'Where the time went: null for what was not there, as on a kept connection.',
    }),
  })
  .meta({ id: 'Attempt' });

export const deliverySchema = z
  .strictObject({
    id: deliveryIdSchema,
    event: idOf('evt'),
    endpoint: idOf('ep'),
    type: z.string(),
    status: z.enum(STATUSES),
    run: z.int(),
    attempts: z.array(attemptSchema),
    nextAttemptAt: timeSchema.nullable(),
    deadlineAt: timeSchema.nullable(),
    deathReason: z.enum(['attempts', 'deadline', 'final_outcome', 'event_expired']).nullable(),
    replay: idOf('rpl').nullable().meta({ description: 'The replay that opened this run.' }),
    subject: z.string().nullable(),
    occurredAt: timeSchema.nullable(),
    acceptedAt: timeSchema,
    firstAttemptAt: timeSchema.nullable(),
    deliveredAt: timeSchema.nullable(),
    lastRequest: z
      .strictObject({
        headers: z.record(z.string(), z.string()).meta({
          description: 'As they were sent, signatures included, with credentials masked.',
        }),
        complete: z.boolean(),
      })
      .nullable()
      .meta({ description: 'Of the latest attempt. What was delivered may have none: see docs.' }),
    lastResponse: z
      .strictObject({
        status: z.int(),
        headers: z.record(z.string(), z.string()),
        body: z.string().meta({ description: 'The first 1 KiB.' }),
      })
      .nullable(),
    redactedAt: timeSchema.nullable().meta({
      description: 'When what is personal in it was removed for good.',
    }),
  })
  .meta({ id: 'Delivery', example: EXAMPLES.delivery });

export const NO_DELIVERY = 'There is no such delivery.';
const params = z.strictObject({ id: deliveryIdSchema });
const MOVING =
  'It is under way or changing at the moment, or its first attempt is not over: with `Retry-After` where a wait helps.';

export const listDeliveries = operation({
  id: 'listDeliveries',
  method: 'get',
  path: '/v1/deliveries',
  tag: 'Deliveries',
  summary: 'List deliveries, newest first',
  description:
    'Those of one event stand side by side, by their endpoints. `status`, `type` and `subject` are applied to what is read: it is read on for a short time, and a page may still be short, or empty, and have a next one. The dead of one endpoint are found by an index.',
  access: 'deliveries:read',
  query: z.strictObject({
    ...pageShape((id) => isId('evt', id) || partsOfDeliveryId(id) !== undefined),
    ...rangeShape,
    endpoint: idOf('ep').optional(),
    event: idOf('evt').optional().meta({ description: 'Only those of this event.' }),
    status: z.enum(STATUSES, `must be one of ${STATUSES.join(', ')}`).optional(),
    type: patternSchema.optional(),
    subject: subjectSchema.optional(),
  }),
  replies: { 200: { description: 'A page of deliveries.', schema: pageSchema(deliverySchema) } },
  problems: { 404: 'There is no such endpoint, or no such event.' },
});
export const getDelivery = operation({
  id: 'getDelivery',
  method: 'get',
  path: '/v1/deliveries/{id}',
  tag: 'Deliveries',
  summary: 'Read a delivery with all its attempts',
  access: 'deliveries:read',
  params,
  replies: { 200: { description: 'The delivery.', schema: deliverySchema } },
  problems: { 404: NO_DELIVERY },
});
export const retryDelivery = operation({
  id: 'retryDelivery',
  method: 'post',
  path: '/v1/deliveries/{id}/retry',
  tag: 'Deliveries',
  summary: 'Send a delivery again now',
  description: 'A new run, with the same idempotency key.',
  access: 'deliveries:write',
  params,
  replies: { 202: { description: 'The delivery in its new run.', schema: deliverySchema } },
  problems: {
    404: NO_DELIVERY,
    409: `Its endpoint was deleted. ${MOVING}`,
    503: 'The retry could not be sent.',
  },
});
export const cancelDelivery = operation({
  id: 'cancelDelivery',
  method: 'post',
  path: '/v1/deliveries/{id}/cancel',
  tag: 'Deliveries',
  summary: 'Cancel a delivery that waits',
  access: 'deliveries:write',
  params,
  replies: { 200: { description: 'The delivery, cancelled.', schema: deliverySchema } },
  problems: { 404: NO_DELIVERY, 409: `It does not wait any more. ${MOVING}` },
});
