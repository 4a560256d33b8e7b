// The registry: tenants, API keys, and endpoints with their subscriptions.
import type { EndpointStore, SealedEndpoints } from '../../core/endpoints/store.ts';
import type { KeyErasure, KeyLookup, KeyStore } from '../../core/keys/store.ts';
import type { SubscriberStore } from '../../core/subscriptions/subscriber.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import type { TenantListing, TenantStore } from '../../core/tenants/store.ts';
import type { Tombstones } from '../../core/tombstone.ts';
import type { DynamoDb } from '../aws/dynamodb/calls.ts';
import { createEndpointStore } from './endpoints.ts';
import { createKeyStore } from './keys.ts';
import { markSlow } from './slow-marks.ts';
import { createSubscriberCache } from './subscriber-cache.ts';
import { createInheritance } from './templates.ts';
import { createTenantStore } from './tenants.ts';

/** All that the registry's table holds. */
export type Registry = TenantStore &
  TenantListing &
  KeyStore &
  KeyErasure &
  KeyLookup &
  EndpointStore &
  SealedEndpoints &
  SubscriberStore;

export function createRegistry(
  client: DynamoDb,
  table: string,
  surroundings: Surroundings,
  tombstones: Tombstones,
): Registry {
  const inherit = createInheritance(client, table);
  return {
    ...createTenantStore(client, table),
    ...createKeyStore(client, table),
    ...createEndpointStore(client, table, inherit, tombstones),
    subscribersOf: createSubscriberCache(client, table, surroundings, inherit),
    markSlow: (endpoint, untilMs) => markSlow(client, table, endpoint, untilMs, surroundings.now()),
  };
}
