// GET /v1/deliveries and GET /v1/deliveries/{id}: the log, attempts included.
import type { DeliveryStatus } from '../core/delivery.ts';
import { isId, partsOfDeliveryId } from '../core/identifiers.ts';
import type { Registry } from '../core/ports.ts';
import { Problem } from '../core/problem.ts';
import type { Application } from '../http/application.ts';
import type { Authentication } from '../http/authentication.ts';
import { serve } from '../http/operation.ts';
import { getDelivery, listDeliveries, NO_DELIVERY } from './delivery-operations.ts';
import { NO_ENDPOINT } from './endpoint-operations.ts';
import { deliveriesOf, type EventPorts } from './events.ts';
import { cursorOf, listView, rangeOf } from './listing-query.ts';
import { standingOf } from './standing.ts';
import { deliveryView } from './views.ts';

export interface DeliveryPorts extends EventPorts {
  readonly registry: Pick<Registry, 'getEndpoint' | 'getEndpoints'>;
}

export function addDeliveryRoutes(
  app: Application,
  authentication: Authentication,
  ports: DeliveryPorts,
): void {
  const { ledger, registry } = ports;
  serve(app, authentication, listDeliveries, async ({ scope, query, reply }) => {
    const isWanted = (view: { status: DeliveryStatus; type: string }): boolean =>
      (query.status === undefined || view.status === query.status) &&
      (query.type === undefined || view.type === query.type);
    const range = rangeOf(query);
    if (query.endpoint === undefined) {
      const page = await ledger.listEvents(scope, range, query.limit, query.cursor);
      const views = await deliveriesOf(ports, scope, page.entries);
      const next = page.next === undefined ? null : cursorOf(page.next);
      return reply(200, { data: views.filter(isWanted), next });
    }
    const endpoint = isId('ep', query.endpoint)
      ? await registry.getEndpoint(scope, query.endpoint)
      : undefined;
    if (!endpoint) throw new Problem(404, NO_ENDPOINT);
    const page = await ledger.listDeliveries(endpoint, range, query.limit, query.cursor);
    const standing = await standingOf(ports.health, endpoint);
    const list = listView(page, (delivery) => deliveryView(delivery, standing));
    return reply(200, { ...list, data: list.data.filter(isWanted) });
  });

  serve(app, authentication, getDelivery, async ({ scope, params, reply }) => {
    const parts = partsOfDeliveryId(params.id);
    const found = parts
      ? await ledger.getEvents([{ ...scope, eventId: parts.eventId }])
      : undefined;
    const stored = parts && found?.get(parts.eventId);
    const isTarget = stored?.targets.includes(parts?.endpointId ?? '') === true;
    if (!parts || !stored || !isTarget) throw new Problem(404, NO_DELIVERY);
    const [view] = await deliveriesOf(ports, scope, [{ ...stored, targets: [parts.endpointId] }]);
    if (!view) throw new Problem(404, NO_DELIVERY);
    return reply(200, view);
  });
}
