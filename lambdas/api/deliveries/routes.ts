// GET /v1/deliveries and GET /v1/deliveries/{id}: the log, attempts included.

import { defined } from '../../core/defined.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { overdueBeforeMs } from '../../core/deliveries/overdue.ts';
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import type { EventLedger, StoredEvent } from '../../core/events/ledger.ts';
import { createdAtMs, deliveryIdOf, firstIdAt, partsOfDeliveryId } from '../../core/identifiers.ts';
import type { Page, TimeRange } from '../../core/listing.ts';
import { Problem } from '../../core/problem.ts';
import { addressOf } from '../../core/scope.ts';
import { endpointsOf, refuseSubject, type Sees, withoutSubject } from '../../http/admission.ts';
import { refused } from '../../http/body.ts';
import type { Serve } from '../../http/operation.ts';
import { standingOf } from '../endpoints/standing.ts';
import { filteredPage } from '../listing/filtered-page.ts';
import { NO_CURSOR, pageView, rangeOf } from '../listing/query.ts';
import { findEvent, NO_DELIVERY, receivedBy, requireEndpoint, requireEvent } from '../lookups.ts';
import { deliveriesOf, type EventPorts, isAbout } from './of-event.ts';
import { getDelivery, listDeliveries } from './operations.ts';
import { firstOf, isWithin, placesOf, placesOfTenant } from './places.ts';
import { deliveryView, type pendingDeliveryView } from './view.ts';

export function addDeliveryRoutes(serve: Serve, ports: EventPorts): void {
  const { ledger, registry } = ports;
  serve(listDeliveries, async ({ c, scope, query, sees, reply }) => {
    refuseSubject(c, query);
    const isRestricted = endpointsOf(c) !== undefined;
    const range = rangeOf(query);
    const { status, type, subject, limit, cursor } = query;
    const asked = {
      isFiltered: isRestricted || [status, type, subject].some((given) => given !== undefined),
      limit,
      cursor,
      now: () => ports.surroundings.now(),
    };
    const isWanted = (view: DeliveryView): boolean =>
      isAbout(view, query) && (status === undefined || view.status === status);
    const shown = (view: DeliveryView) => withoutSubject(c, view);
    const endpoint =
      query.endpoint === undefined
        ? undefined
        : await requireEndpoint(registry, scope, query.endpoint);
    const at = cursor === undefined ? undefined : partsOfDeliveryId(cursor);

    if (endpoint === undefined || query.event !== undefined) {
      const found = query.event && (await requireEvent(ledger, scope, query.event));
      const event = found && isRestricted ? receivedBy(found, sees) : found;
      if (event && cursor !== undefined && at?.eventId !== event.event.id) throw otherCursor();
      const stored = event && isWithin(event, range) ? onlyAt(event, endpoint) : undefined;
      const page = await filteredPage({
        ...asked,
        read: async (count, after) =>
          event
            ? firstOf(stored ? placesOf(stored, after) : [], count)
            : placesOfTenant(
                isRestricted ? seenOf(ledger, sees) : ledger,
                scope,
                range,
                count,
                after,
              ),
        views: async (places) => {
          const about = places.filter((place) => isAbout(place.event, query));
          const views = await deliveriesOf(ports, scope, about);
          return views.filter(isWanted).map((view) => ({ id: view.id, view: shown(view) }));
        },
      });
      return reply(200, pageView(page));
    }
    if (at !== undefined) throw otherCursor();
    const standing = await standingOf(ports.health, endpoint);
    const page = await filteredPage({
      ...asked,
      read: (count, after) =>
        status === 'dead'
          ? listDead(ports, endpoint, range, count, after)
          : ledger.listDeliveries(endpoint, range, count, after),
      views: async (entries) =>
        entries
          .map((delivery) => deliveryView(delivery, standing, ports.surroundings.now()))
          .filter(isWanted)
          .map((view) => ({ id: view.event, view: shown(view) })),
    });
    return reply(200, pageView(page));
  });

  serve(getDelivery, async ({ c, scope, params, reply }) => {
    const parts = partsOfDeliveryId(params.id);
    const stored = parts && (await findEvent(ledger, scope, parts.eventId));
    const isTarget = stored?.targets.includes(parts?.endpointId ?? '') === true;
    if (!parts || !stored || !isTarget) throw new Problem(404, NO_DELIVERY);
    const [view] = await deliveriesOf(ports, scope, [{ ...stored, targets: [parts.endpointId] }]);
    if (!view) throw new Problem(404, NO_DELIVERY);
    return reply(200, withoutSubject(c, view));
  });
}

type DeliveryView = ReturnType<typeof deliveryView> | ReturnType<typeof pendingDeliveryView>;

/** Events with the targets that whoever asks may see, so that no cursor tells of others. */
function seenOf(
  ledger: EventPorts['ledger'],
  sees: Sees,
): Pick<EventLedger, 'getEvents' | 'listEvents'> {
  const seen = (stored: StoredEvent) => ({ ...stored, targets: stored.targets.filter(sees) });
  return {
    async getEvents(refs) {
      const found = await ledger.getEvents(refs);
      return new Map([...found].map(([id, stored]) => [id, seen(stored)]));
    },
    async listEvents(...asked) {
      const page = await ledger.listEvents(...asked);
      return { ...page, entries: page.entries.map(seen) };
    },
  };
}

function onlyAt(stored: StoredEvent, endpoint: Endpoint | undefined): StoredEvent {
  if (!endpoint) return stored;
  return { ...stored, targets: stored.targets.filter((id) => id === endpoint.id) };
}

function otherCursor(): Problem {
  return refused([{ path: 'cursor', message: NO_CURSOR }]);
}

/** Few of many, as a rule: found by their index. The oldest, while they may wait still, stand in the log only. */
async function listDead(
  ports: EventPorts,
  endpoint: Endpoint,
  range: TimeRange,
  limit: number,
  cursor: string | undefined,
): Promise<Page<Delivery>> {
  const { ledger } = ports;
  const { sinceMs = 0, untilMs = Number.POSITIVE_INFINITY } = range;
  const logEndMs = await overdueBeforeMs(ports, addressOf(endpoint));
  const atMs = cursor === undefined ? untilMs : Math.min(untilMs, createdAtMs(cursor));
  if (atMs <= logEndMs) return ledger.listDeliveries(endpoint, range, limit, cursor);
  const indexed = { ...range, sinceMs: Math.max(sinceMs, logEndMs) };
  const page = await ledger.listNewestDead(endpoint, indexed, limit, cursor);
  const found = await ledger.getDeliveries(page.entries);
  const entries = page.entries.flatMap(
    ({ eventId, endpointId }) => found.get(deliveryIdOf(eventId, endpointId)) ?? [],
  );
  const next = page.next ?? (sinceMs < logEndMs ? firstIdAt('evt', logEndMs) : undefined);
  return defined({ entries, next });
}
