// What a path or a query names: found, or 404.
import type { Endpoint } from '../core/endpoints/endpoint.ts';
import type { EndpointStore } from '../core/endpoints/store.ts';
import type { EventLedger, StoredEvent } from '../core/events/ledger.ts';
import { isId } from '../core/identifiers.ts';
import { Problem } from '../core/problem.ts';
import type { Scope } from '../core/scope.ts';
import { NO_DELIVERY, NO_ENDPOINT, type Sees } from '../http/admission.ts';

export { NO_DELIVERY, NO_ENDPOINT };
export const NO_EVENT = 'There is no such event, or it is not stored yet.';

type Endpoints = Pick<EndpointStore, 'getEndpoint'>;
type Events = Pick<EventLedger, 'getEvents'>;

/** Deleted ones too. @throws Problem 404, the same for another tenant's endpoint as for none */
export async function requireEndpoint(
  registry: Endpoints,
  scope: Scope,
  id: string,
): Promise<Endpoint> {
  const endpoint = isId('ep', id) ? await registry.getEndpoint(scope, id) : undefined;
  if (!endpoint) throw new Problem(404, NO_ENDPOINT);
  return endpoint;
}

/** @throws Problem 404, also if it was deleted */
export async function requireLiveEndpoint(
  registry: Endpoints,
  scope: Scope,
  id: string,
): Promise<Endpoint> {
  const endpoint = await requireEndpoint(registry, scope, id);
  if (endpoint.deletedAtMs !== undefined) throw new Problem(404, NO_ENDPOINT);
  return endpoint;
}

export async function findEvent(
  ledger: Events,
  scope: Scope,
  id: string,
): Promise<StoredEvent | undefined> {
  if (!isId('evt', id)) return undefined;
  return (await ledger.getEvents([{ ...scope, eventId: id }])).get(id);
}

/** @throws Problem 404, with `Retry-After`: an event accepted a moment ago may not be stored yet */
export async function requireEvent(ledger: Events, scope: Scope, id: string): Promise<StoredEvent> {
  const stored = await findEvent(ledger, scope, id);
  if (!stored) throw new Problem(404, NO_EVENT, [], { 'Retry-After': '1' });
  return stored;
}

/** An event with the targets that whoever asks may see. @throws Problem 404 if there is none, as for no event */
export function receivedBy(stored: StoredEvent, sees: Sees): StoredEvent {
  const targets = stored.targets.filter(sees);
  if (targets.length === 0) throw new Problem(404, NO_EVENT, [], { 'Retry-After': '1' });
  return { ...stored, targets };
}
