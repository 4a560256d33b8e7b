// GET /v1/deliveries and GET /v1/deliveries/{id}: the log, attempts included.
import { z } from 'zod';
import { DELIVERY_STATUSES, type DeliveryStatus } from '../core/delivery.ts';
import { eventTypeSchema } from '../core/event.ts';
import { isId, partsOfDeliveryId } from '../core/identifiers.ts';
import type { Registry } from '../core/ports.ts';
import { Problem } from '../core/problem.ts';
import type { Application } from '../http/application.ts';
import { type Authentication, requireScope } from '../http/authentication.ts';
import { parseQuery } from '../http/body.ts';
import { deliveriesOf, type EventPorts } from './events.ts';
import { cursorOf, listView, pageShape, rangeOf, rangeShape } from './listing-query.ts';
import { standingOf } from './standing.ts';
import { deliveryView } from './views.ts';

const STATUSES = DELIVERY_STATUSES as [DeliveryStatus, ...DeliveryStatus[]]; // it is not empty

const listSchema = z.strictObject({
  ...pageShape((id) => isId('evt', id)),
  ...rangeShape,
  endpoint: z.string().optional(),
  status: z.enum(STATUSES, `must be one of ${STATUSES.join(', ')}`).optional(),
  type: eventTypeSchema.optional(),
});

export interface DeliveryPorts extends EventPorts {
  readonly registry: Pick<Registry, 'getEndpoint' | 'getEndpoints'>;
}

export function addDeliveryRoutes(
  app: Application,
  { authenticate, scopeOf }: Authentication,
  ports: DeliveryPorts,
): void {
  const { ledger, registry } = ports;
  app.get('/v1/deliveries', authenticate, async (c) => {
    requireScope(c, 'deliveries:read');
    const scope = await scopeOf(c);
    const query = parseQuery(c, listSchema);
    const isWanted = (view: { status: DeliveryStatus; type: string }): boolean =>
      (query.status === undefined || view.status === query.status) &&
      (query.type === undefined || view.type === query.type);
    const range = rangeOf(query);
    if (query.endpoint === undefined) {
      const page = await ledger.listEvents(scope, range, query.limit, query.cursor);
      const views = await deliveriesOf(ports, scope, page.entries);
      const next = page.next === undefined ? null : cursorOf(page.next);
      return c.json({ data: views.filter(isWanted), next });
    }
    const endpoint = isId('ep', query.endpoint)
      ? await registry.getEndpoint(scope, query.endpoint)
      : undefined;
    if (!endpoint) throw new Problem(404, 'There is no such endpoint.');
    const page = await ledger.listDeliveries(endpoint, range, query.limit, query.cursor);
    const standing = await standingOf(ports.health, endpoint);
    const list = listView(page, (delivery) => deliveryView(delivery, standing));
    return c.json({ ...list, data: list.data.filter(isWanted) });
  });

  app.get('/v1/deliveries/:id', authenticate, async (c) => {
    requireScope(c, 'deliveries:read');
    const scope = await scopeOf(c);
    const parts = partsOfDeliveryId(c.req.param('id'));
    const found = parts
      ? await ledger.getEvents([{ ...scope, eventId: parts.eventId }])
      : undefined;
    const stored = parts && found?.get(parts.eventId);
    const isTarget = stored?.targets.includes(parts?.endpointId ?? '') === true;
    if (!parts || !stored || !isTarget) throw new Problem(404, 'There is no such delivery.');
    const [view] = await deliveriesOf(ports, scope, [{ ...stored, targets: [parts.endpointId] }]);
    return c.json(view);
  });
}
