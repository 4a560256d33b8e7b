// Why endpoints that got no delivery did not match an event, by their subscriptions of now.
import { matchesTypes } from '../../../lambdas/core/subscriptions/matching.ts';
import { type Api, path } from '../base/api.ts';
import type { Endpoint, EventWithDeliveries } from '../base/models.ts';

export interface FilterFailure {
  readonly path: string;
  readonly message: string;
}

export type Mismatch =
  | { readonly by: 'later' }
  | { readonly by: 'type'; readonly patterns: readonly string[] }
  | { readonly by: 'channel'; readonly bound: readonly string[] }
  | { readonly by: 'filter'; readonly failures: readonly FilterFailure[] }
  | { readonly by: 'status'; readonly status: Endpoint['status'] }
  | { readonly by: 'nothing' };

type Facts = Pick<EventWithDeliveries, 'type' | 'channels' | 'acceptedAt'>;

/** In the order in which fan-out asks; a filter is asked of the API. */
export function mismatchOf(endpoint: Endpoint, event: Facts): Mismatch {
  if (endpoint.createdAt > event.acceptedAt) return { by: 'later' };
  const { eventTypes, channels } = endpoint;
  if (!matchesTypes(eventTypes, event.type)) return { by: 'type', patterns: eventTypes };
  if (channels.length > 0 && !channels.some((channel) => event.channels.includes(channel))) {
    return { by: 'channel', bound: channels };
  }
  if (endpoint.filter !== null) return { by: 'filter', failures: [] };
  return endpoint.status === 'active'
    ? { by: 'nothing' }
    : { by: 'status', status: endpoint.status };
}

interface Tested {
  readonly matches: boolean;
  readonly failures: readonly FilterFailure[];
}

/** With what the filter says to the event's data, where a filter is what is left. */
export async function explained(
  api: Api,
  endpoint: Endpoint,
  event: EventWithDeliveries,
): Promise<Mismatch> {
  const mismatch = mismatchOf(endpoint, event);
  if (mismatch.by !== 'filter' || event.redactedAt !== null) return mismatch;
  const tested = await api.post<Tested>(path`/v1/filters/test`, {
    filter: endpoint.filter,
    event: event.id,
  });
  return tested.matches ? { by: 'nothing' } : { by: 'filter', failures: tested.failures };
}
