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
  'An attempt is in progress, the delivery is being changed, or its first attempt has not finished. The answer has `Retry-After` where waiting helps.';

export const listDeliveries = operation({
  id: 'listDeliveries',
  method: 'get',
  path: '/v1/deliveries',
  tag: 'Deliveries',
  summary: 'List deliveries, newest first',
  description:
    'Deliveries of one event are listed together, ordered by endpoint. `status`, `type` and `subject` filter the deliveries as they are read. A request reads for a short time only, so a page may be short or empty although `next` is not null. Dead deliveries of one endpoint are found through an index; those older than `deadlineDays` are read from the log while something that is due waits.',
  access: 'deliveries:read',
  session: 'filtered',
  query: z.strictObject({
    ...pageShape((id) => isId('evt', id) || partsOfDeliveryId(id) !== undefined),
    ...rangeShape,
    endpoint: idOf('ep').optional(),
    event: idOf('evt').optional().meta({ description: 'Only deliveries of this event.' }),
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
  summary: 'Read a delivery with its attempts',
  access: 'deliveries:read',
  session: 'filtered',
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
  description: 'Starts a new run with the same idempotency key.',
  access: 'deliveries:write',
  session: 'filtered',
  params,
  replies: { 202: { description: 'The delivery in its new run.', schema: deliverySchema } },
  problems: {
    404: NO_DELIVERY,
    409: `The endpoint was deleted. ${MOVING}`,
    503: 'The retry could not be sent.',
  },
});
export const cancelDelivery = operation({
  id: 'cancelDelivery',
  method: 'post',
  path: '/v1/deliveries/{id}/cancel',
  tag: 'Deliveries',
  summary: 'Cancel a waiting delivery',
  access: 'deliveries:write',
  session: 'filtered',
  params,
  replies: { 200: { description: 'The delivery, cancelled.', schema: deliverySchema } },
  problems: { 404: NO_DELIVERY, 409: `The delivery is no longer waiting. ${MOVING}` },
});
