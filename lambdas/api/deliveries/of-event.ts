// The deliveries of events, as the API shows them.
import type { DeliveryLedger } from '../../core/deliveries/ledger.ts';
import type { OverdueSearchPorts } from '../../core/deliveries/overdue.ts';
import type { EndpointStore } from '../../core/endpoints/store.ts';
import type { EventLedger, StoredEvent } from '../../core/events/ledger.ts';
import type { HealthLedger } from '../../core/health/ledger.ts';
import { deliveryIdOf } from '../../core/identifiers.ts';
import type { Scope } from '../../core/scope.ts';
import { matchesPattern } from '../../core/subscriptions/matching.ts';
import { healthOf, standingFrom } from '../endpoints/standing.ts';
import { cutPage } from '../listing/filtered-page.ts';
import { MAX_LIMIT, pageView } from '../listing/query.ts';
import { firstOf, placesOf } from './places.ts';
import { deliveryView, pendingDeliveryView } from './view.ts';

export interface EventPorts extends OverdueSearchPorts {
  readonly ledger: EventLedger & DeliveryLedger;
  readonly registry: Pick<EndpointStore, 'getEndpoint' | 'getEndpoints'>;
  readonly health: HealthLedger;
}

/** Whether an event has the type, or one of the pattern, and the subject that are asked for. */
export function isAbout(
  event: { readonly type: string; readonly subject?: string | null },
  asked: { readonly type?: string | undefined; readonly subject?: string | undefined },
): boolean {
  return (
    (asked.type === undefined || matchesPattern(asked.type, event.type)) &&
    (asked.subject === undefined || event.subject === asked.subject)
  );
}

/** As many of an event's deliveries as its answer holds, and where the listing goes on. */
export async function firstDeliveriesOf(ports: EventPorts, scope: Scope, stored: StoredEvent) {
  const places = firstOf(placesOf(stored), MAX_LIMIT);
  const views = await deliveriesOf(ports, scope, places.entries);
  const page = cutPage(
    views.map((view) => ({ id: view.id, view })),
    MAX_LIMIT,
    places.next,
  );
  const { data, next } = pageView(page);
  return { deliveries: data, deliveriesNext: next };
}

/** The deliveries of events, each event's in the order of its targets; those not begun are pending. */
export async function deliveriesOf(
  { ledger, registry, health, surroundings }: EventPorts,
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
        ? deliveryView(delivery, standing(endpointId), surroundings.now())
        : pendingDeliveryView(event, endpointId, standing(endpointId));
    }),
  );
}
