// The registry: tenants, API keys, and endpoints with their subscriptions.
import type { EndpointStore, SealedEndpoints } from '../../core/endpoints/store.ts';
import type { IssueMarkStore } from '../../core/issues/marks.ts';
import type { KeyErasure, KeyLookup, KeyStore } from '../../core/keys/store.ts';
import type { NoticeSettingsStore } from '../../core/notices/settings.ts';
import type { RoutingStore } from '../../core/subscriptions/routing.ts';
import type { SubscriberStore } from '../../core/subscriptions/subscriber.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import type { ErasedTenants, TenantListing, TenantStore } from '../../core/tenants/store.ts';
import type { Tombstones } from '../../core/tombstone.ts';
import type { TransformVersions } from '../../core/transforms/transform.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { createEndpointStore } from './endpoints.ts';
import { createIssueMarkStore } from './issue-marks.ts';
import { createKeyStore } from './keys.ts';
import { createNoticeSettingsStore } from './notices.ts';
import { createRoutingStore } from './routing.ts';
import { markSlow } from './slow-marks.ts';
import { createSubscriberCache } from './subscriber-cache.ts';
import { createInheritance } from './templates.ts';
import { createTenantStore } from './tenants.ts';
import { createTransformVersions } from './transforms.ts';

/** All that the registry's table holds. */
export type Registry = TenantStore &
  TenantListing &
  KeyStore &
  KeyErasure &
  KeyLookup &
  EndpointStore &
  SealedEndpoints &
  SubscriberStore &
  TransformVersions &
  RoutingStore &
  IssueMarkStore &
  NoticeSettingsStore;

export function createRegistry(
  table: Table,
  surroundings: Surroundings,
  tombstones: Tombstones & ErasedTenants,
): Registry {
  const inherit = createInheritance(table);
  return {
    ...createTenantStore(table, tombstones),
    ...createKeyStore(table),
    ...createEndpointStore(table, inherit, tombstones),
    ...createTransformVersions(table),
    ...createRoutingStore(table),
    ...createIssueMarkStore(table),
    ...createNoticeSettingsStore(table),
    subscribersOf: createSubscriberCache(table, surroundings, inherit),
    markSlow: (endpoint, untilMs) => markSlow(table, endpoint, untilMs, surroundings.now()),
  };
}
