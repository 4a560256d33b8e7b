// Tombstones of endpoints, templates, API keys and tenants: ids and times, until nothing can ask for them any more.
import { DAYS_KEPT_MS } from '../../core/analytics/day.ts';
import { DEDUPE_MS } from '../../core/events/ledger.ts';
import type { Scope } from '../../core/scope.ts';
import { scopeKey } from '../../core/scope.ts';
import type { Settings } from '../../core/settings.ts';
import type { ErasedTenants } from '../../core/tenants/store.ts';
import type { Tenant } from '../../core/tenants/tenant.ts';
import type { Tombstone, Tombstones } from '../../core/tombstone.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { batchGet, getItem, type Item, text } from '../aws/dynamodb/client.ts';
import { documentItem, documentOf } from '../items/documents.ts';
import { createPages } from '../items/page.ts';
import { expiryOf } from './expiry.ts';
import { seconds } from './items.ts';

const partition = (scope: Scope, kind: string): string => `${scopeKey(scope)}#deleted#${kind}`;

type Ref = Scope & { readonly id: string };

const kindOf = ({ id }: Ref): string => id.split('_')[0] ?? '';

const keyOf = (ref: Ref): Item => ({ pk: text(partition(ref, kindOf(ref))), sk: text(ref.id) });

const tenantKey = (id: string): Item => ({ pk: text('erased-tenants'), sk: text(id) });

export function createTombstones(
  table: Table,
  settings: Pick<Settings, 'retentionDays' | 'deadlineDays'>,
): Tombstones & ErasedTenants {
  const page = createPages(table);
  return {
    async putErasedTenant(tenant) {
      const endedAtMs = tenant.erasure?.finishedAtMs ?? 0;
      const exp = seconds(expiryOf(endedAtMs + DEDUPE_MS, settings));
      await table.call('PutItem', {
        Item: { ...documentItem(tenantKey(tenant.id), tenant), exp },
      });
    },
    getErasedTenant: async (id) => documentOf<Tenant>(await getItem(table, tenantKey(id))),

    async bury({ tenant, environment, id, deletedAtMs }) {
      if (deletedAtMs === undefined) return false;
      const tombstone: Tombstone = { tenant, environment, id, deletedAtMs };
      // By then every delivery and every idempotency key that may name it is gone,
      const namedUntilMs = expiryOf(deletedAtMs + DEDUPE_MS, settings);
      // and every count of an endpoint's deliveries, which the deletion of its tenant finds by this alone.
      const isCounted = kindOf(tombstone) === 'ep';
      const exp = seconds(namedUntilMs + (isCounted ? DAYS_KEPT_MS : 0));
      const item = { ...documentItem(keyOf(tombstone), tombstone), exp };
      await table.call('PutItem', { Item: item });
      return true;
    },

    async findTombstones(refs) {
      const items = await batchGet(table, refs.map(keyOf));
      return items.flatMap((item) => documentOf<Tombstone>(item) ?? []);
    },

    listTombstones: (scope, kind, limit, cursor) =>
      page(documentOf<Tombstone>, partition(scope, kind), kind, limit, cursor),
  };
}
