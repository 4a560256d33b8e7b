// GET /v1/deliveries and GET /v1/deliveries/{id}: the log, attempts included.
import type { Delivery } from '../core/delivery.ts';
import type { Endpoint } from '../core/endpoint.ts';
import { deliveryIdOf, isId, partsOfDeliveryId } from '../core/identifiers.ts';
import type { DeliveryLedger, Page, Registry, TimeRange } from '../core/ports.ts';
import { Problem } from '../core/problem.ts';
import type { Application } from '../http/application.ts';
import type { Authentication } from '../http/authentication.ts';
import { serve } from '../http/operation.ts';
import { getDelivery, listDeliveries, NO_DELIVERY } from './delivery-operations.ts';
import { NO_ENDPOINT } from './endpoint-operations.ts';
import { deliveriesOf, type EventPorts, isAbout } from './events.ts';
import { filteredPage } from './filtered-page.ts';
import { listView, rangeOf } from './listing-query.ts';
import { standingOf } from './standing.ts';
import { deliveryView, type pendingDeliveryView } from './views.ts';

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
    const range = rangeOf(query);
    const { status, type, subject, limit, cursor } = query;
    const asked = {
      isFiltered: [status, type, subject].some((given) => given !== undefined),
      limit,
      cursor,
      now: () => ports.surroundings.now(),
    };
    const isWanted = (view: DeliveryView): boolean =>
      isAbout(view, query) && (status === undefined || view.status === status);
    const wanted = (views: readonly DeliveryView[]) =>
      views.filter(isWanted).map((view) => ({ id: view.event, view }));

    if (query.endpoint === undefined) {
      const page = await filteredPage({
        ...asked,
        read: (count, after) => ledger.listEvents(scope, range, count, after),
        views: async (entries) => {
          const about = entries.filter(({ event }) => isAbout(event, query));
          return wanted(await deliveriesOf(ports, scope, about));
        },
      });
      return reply(
        200,
        listView(page, (view) => view),
      );
    }
    const endpoint = isId('ep', query.endpoint)
      ? await registry.getEndpoint(scope, query.endpoint)
      : undefined;
    if (!endpoint) throw new Problem(404, NO_ENDPOINT);
    const standing = await standingOf(ports.health, endpoint);
    const page = await filteredPage({
      ...asked,
      read: (count, after) =>
        status === 'dead'
          ? listDead(ledger, endpoint, range, count, after)
          : ledger.listDeliveries(endpoint, range, count, after),
      views: async (entries) => wanted(entries.map((delivery) => deliveryView(delivery, standing))),
    });
    return reply(
      200,
      listView(page, (view) => view),
    );
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

type DeliveryView = ReturnType<typeof deliveryView> | ReturnType<typeof pendingDeliveryView>;

/** Few of many, as a rule: found by their index. */
async function listDead(
  ledger: DeliveryLedger,
  endpoint: Endpoint,
  range: TimeRange,
  limit: number,
  cursor: string | undefined,
): Promise<Page<Delivery>> {
  const page = await ledger.listNewestDead(endpoint, range, limit, cursor);
  const found = await ledger.getDeliveries(page.entries);
  const entries = page.entries.flatMap(
    ({ eventId, endpointId }) => found.get(deliveryIdOf(eventId, endpointId)) ?? [],
  );
  return { ...page, entries };
}
