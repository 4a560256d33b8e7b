// GET /v1/events and GET /v1/events/{id}: what came in, and what became of it.

import * as z from 'zod';
import { createTransformer } from '../../adapters/transformer.ts';
import { subjectSchema } from '../../core/events/event.ts';
import type { StoredEvent } from '../../core/events/ledger.ts';
import { isId } from '../../core/identifiers.ts';
import type { NoticeSettingsStore } from '../../core/notices/settings.ts';
import type { Settings } from '../../core/settings.ts';
import { patternSchema } from '../../core/subscriptions/patterns.ts';
import type { TenantStore } from '../../core/tenants/store.ts';
import type { TransformVersions } from '../../core/transforms/transform.ts';
import { endpointsOf, refuseSubject, withoutSubject } from '../../http/admission.ts';
import { operation, type Serve } from '../../http/operation.ts';
import type { EventPorts } from '../deliveries/of-event.ts';
import { firstDeliveriesOf, isAbout } from '../deliveries/of-event.ts';
import { filteredPage } from '../listing/filtered-page.ts';
import { pageShape, pageView, rangeOf, rangeShape } from '../listing/query.ts';
import { NO_ENDPOINT, receivedBy, requireEndpoint, requireEvent } from '../lookups.ts';
import { idOf, idParams, pageSchema } from '../schemas.ts';
import { composedFor } from './composed.ts';
import {
  eventSchema,
  eventView,
  eventWithDeliveriesSchema,
  receivedView,
  routingView,
} from './view.ts';

export const listEvents = operation({
  id: 'listEvents',
  method: 'get',
  path: '/v1/events',
  tag: 'Events',
  summary: 'List events, newest first',
  description:
    '`type`, `subject` and `endpoint` filter the events as they are read. A request reads for a short time only, so a page may be short or empty although `next` is not null.',
  access: 'events:read',
  session: 'filtered',
  query: z.strictObject({
    ...pageShape((id) => isId('evt', id)),
    ...rangeShape,
    type: patternSchema.optional(),
    subject: subjectSchema.optional(),
    endpoint: idOf('ep')
      .optional()
      .meta({ description: 'Only events that are delivered to this endpoint.' }),
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
  session: 'filtered',
  params: idParams('evt'),
  replies: { 200: { description: 'The event.', schema: eventWithDeliveriesSchema } },
  problems: {
    404: 'There is no such event, or it is not stored yet. The answer has `Retry-After`.',
  },
});

interface EventRoutePorts extends EventPorts {
  readonly registry: EventPorts['registry'] &
    Pick<TenantStore, 'getTenant'> &
    Pick<NoticeSettingsStore, 'getNoticeSettings'> &
    Pick<TransformVersions, 'findTransform'>;
  readonly settings: EventPorts['settings'] & Pick<Settings, 'portal'>;
}

export function addEventRoutes(serve: Serve, ports: EventRoutePorts): void {
  const { ledger, registry } = ports;
  const transform = createTransformer(registry);
  const composing = { ledger, registry, transform, portal: ports.settings.portal.address };

  serve(listEvents, async ({ c, scope, query, sees, reply }) => {
    const { type, subject, endpoint, limit, cursor } = query;
    refuseSubject(c, query);
    if (endpoint !== undefined) await requireEndpoint(registry, scope, endpoint);
    const isRestricted = endpointsOf(c) !== undefined;
    const isWanted = ({ event, targets }: StoredEvent): boolean =>
      isAbout(event, query) &&
      (endpoint === undefined || targets.includes(endpoint)) &&
      (!isRestricted || targets.some(sees));
    const view = isRestricted ? receivedView : eventView;
    const page = await filteredPage({
      read: (count, after) => ledger.listEvents(scope, rangeOf(query), count, after),
      views: async (entries) =>
        entries.filter(isWanted).map(({ event }) => ({ id: event.id, view: view(event) })),
      isFiltered: isRestricted || [type, subject, endpoint].some((given) => given !== undefined),
      limit,
      cursor,
      now: () => ports.surroundings.now(),
    });
    return reply(200, pageView(page));
  });

  serve(getEvent, async ({ c, scope, params: { id }, sees, reply }) => {
    const stored = await requireEvent(ledger, scope, id);
    if (endpointsOf(c)) {
      const received = receivedBy(stored, sees);
      const { deliveries, deliveriesNext } = await firstDeliveriesOf(ports, scope, received);
      return reply(200, {
        ...receivedView(stored.event),
        routing: null,
        deliveries: deliveries.map((one) => withoutSubject(c, one)),
        deliveriesNext,
        data: null,
        composed: await composedFor(composing, scope, received),
      });
    }
    const shown = await firstDeliveriesOf(ports, scope, stored);
    const head = JSON.stringify({
      ...eventView(stored.event),
      routing: routingView(stored),
      ...shown,
    }).slice(0, -1);
    return c.body(`${head},"data":${stored.event.data}}`, 200, {
      'Content-Type': 'application/json',
    });
  });
}
