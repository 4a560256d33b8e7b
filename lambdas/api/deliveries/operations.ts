// What the operations on deliveries take and answer.

import * as z from 'zod';
import { subjectSchema } from '../../core/events/event.ts';
import { isId, partsOfDeliveryId } from '../../core/identifiers.ts';
import { patternSchema } from '../../core/subscriptions/patterns.ts';
import { operation } from '../../http/operation.ts';
import { pageShape, rangeShape } from '../listing/query.ts';
import { NO_DELIVERY } from '../lookups.ts';
import { deliveryIdSchema, idOf, pageSchema } from '../schemas.ts';
import { deliverySchema, STATUSES } from './view.ts';

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
