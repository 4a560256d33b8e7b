// The order of deliveries in a tenant's log: newest event first, those of one event by their endpoints. An
// event knows its targets, so pending deliveries have a place too. A place is a delivery's id, which
// contains both ids, so that a page may end between two deliveries of one event.

import type { EventLedger, StoredEvent } from '../../core/events/ledger.ts';
import { deliveryIdOf, partsOfDeliveryId } from '../../core/identifiers.ts';
import type { Page, TimeRange } from '../../core/listing.ts';
import type { Scope } from '../../core/scope.ts';

/** Greater than every id of an endpoint. */
const LAST_ENDPOINT_ID = 'ep_~';

/** An event with one of its targets. */
type Place = StoredEvent & { readonly targets: readonly [string] };

/** @param cursor a delivery's id, or an event's: after all of its own */
export function placesOf(stored: StoredEvent, cursor?: string): Place[] {
  const at = cursor === undefined ? undefined : positionOf(cursor);
  if (at !== undefined && at.eventId < stored.event.id) return [];
  const after = at?.eventId === stored.event.id ? at.endpointId : '';
  return stored.targets
    .filter((endpointId) => endpointId > after)
    .toSorted()
    .map((endpointId) => ({ ...stored, targets: [endpointId] }));
}

/** At most `limit` places: fewer where events have fewer targets than the one before the page had. */
export async function placesOfTenant(
  ledger: Pick<EventLedger, 'getEvents' | 'listEvents'>,
  scope: Scope,
  range: TimeRange,
  limit: number,
  cursor?: string,
): Promise<Page<Place>> {
  const begun = cursor === undefined ? undefined : partsOfDeliveryId(cursor);
  const found = begun && (await ledger.getEvents([{ ...scope, eventId: begun.eventId }]));
  const stored = begun && found?.get(begun.eventId);
  const places = stored && isWithin(stored, range) ? placesOf(stored, cursor) : [];
  if (places.length > limit) return firstOf(places, limit);

  // Neighbours are much alike: what is read beyond the page is read for nothing.
  const perEvent = Math.max(1, stored?.targets.length ?? 1);
  const events = Math.max(1, Math.ceil((limit - places.length) / perEvent));
  const page = await ledger.listEvents(scope, range, events, begun?.eventId ?? cursor);
  for (const entry of page.entries) places.push(...placesOf(entry));
  if (places.length > limit) return firstOf(places, limit);
  if (page.next === undefined) return { entries: places };
  const last = places.at(-1);
  return { entries: places, next: last?.event.id === page.next ? idOf(last) : page.next };
}

export function firstOf(places: readonly Place[], limit: number): Page<Place> {
  const entries = places.slice(0, limit);
  const last = entries.at(-1);
  return places.length > limit && last ? { entries, next: idOf(last) } : { entries };
}

function idOf({ event, targets: [endpointId] }: Place): string {
  return deliveryIdOf(event.id, endpointId);
}

function positionOf(cursor: string): { readonly eventId: string; readonly endpointId: string } {
  return partsOfDeliveryId(cursor) ?? { eventId: cursor, endpointId: LAST_ENDPOINT_ID };
}

export function isWithin(
  { event }: StoredEvent,
  { sinceMs = 0, untilMs = Number.POSITIVE_INFINITY }: TimeRange,
): boolean {
  return event.acceptedAtMs >= sinceMs && event.acceptedAtMs < untilMs;
}
