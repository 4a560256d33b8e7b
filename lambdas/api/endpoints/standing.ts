// The state of endpoints: from their item (deleted, not verified) and their health (paused).

import type { EndpointStanding } from '../../core/deliveries/delivery.ts';
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import { isUnverified } from '../../core/endpoints/verification.ts';
import { CLEAN_HEALTH, type Health } from '../../core/health/health.ts';
import type { HealthLedger } from '../../core/health/ledger.ts';
import { addressOf } from '../../core/scope.ts';

export function standingFrom(endpoint: Endpoint | undefined, health: Health): EndpointStanding {
  if (endpoint === undefined || endpoint.deletedAtMs !== undefined) return 'deleted';
  return health.state === 'paused' || isUnverified(endpoint) ? 'paused' : 'active';
}

export async function standingOf(
  ledger: HealthLedger,
  endpoint: Endpoint,
): Promise<EndpointStanding> {
  const { health } = await ledger.getHealth(addressOf(endpoint));
  return standingFrom(endpoint, health);
}

/** The health of several endpoints, by id; those without an item are clean. */
export async function healthOf(
  ledger: HealthLedger,
  endpoints: readonly Endpoint[],
): Promise<(id: string) => Health> {
  const found = await ledger.getHealths(endpoints.map(addressOf));
  return (id) => found.get(id) ?? CLEAN_HEALTH;
}
