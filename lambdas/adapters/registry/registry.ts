// The registry: tenants, API keys by their hash, and endpoints.

import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import type { EndpointStore } from '../../core/endpoints/store.ts';
import { NotYetStoredError } from '../../core/errors.ts';
import type { ApiKey } from '../../core/keys/api-key.ts';
import type { KeyLookup, KeyStore } from '../../core/keys/store.ts';
import { optimistically } from '../../core/optimistic.ts';
import { ENVIRONMENTS, type Scope } from '../../core/scope.ts';
import type { SubscriberStore } from '../../core/subscriptions/subscriber.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import { withoutInherited } from '../../core/templates/template.ts';
import type { TenantListing, TenantStore } from '../../core/tenants/store.ts';
import type { Tenant } from '../../core/tenants/tenant.ts';
import { NEW_ERASURE } from '../../core/tenants/tenant.ts';
import type { DynamoDb } from '../aws/dynamodb/calls.ts';
import {
  batchGet,
  getItem,
  type Item,
  number,
  putIfNew,
  text,
  whenHolds,
} from '../aws/dynamodb/client.ts';
import { documentOf, endpointPartition, keyPartition } from '../items/documents.ts';
import { ITEM_VERSION } from '../items/version.ts';
import { createRegistryPages } from './pages.ts';
import { markSlow } from './slow-marks.ts';
import { createSubscriberCache } from './subscriber-cache.ts';
import { countChange, createInheritance, type ScopeChange } from './templates.ts';

const TENANTS_PARTITION = 'tenants';

/** How often a tenant that others change meanwhile is tried. */
const ROUNDS = 5;
const tenantKey = (id: string): Item => ({ pk: text(TENANTS_PARTITION), sk: text(id) });
const keyItem = (scope: Scope, id: string): Item => ({
  pk: text(keyPartition(scope)),
  sk: text(id),
});

function listedKey(item: Item | undefined): ApiKey | undefined {
  const key = documentOf<ApiKey>(item);
  const used = item?.used?.N;
  return key && used !== undefined ? { ...key, lastUsedAtMs: Number(used) } : key;
}

const hashKey = (hash: string): Item => ({ pk: text(`key#${hash}`), sk: text('key') });

export function createRegistry(
  client: DynamoDb,
  table: string,
  surroundings: Surroundings,
): Registry {
  const get = (key: Item) => getItem(client, table, key);
  const put = (item: Item): Promise<unknown> =>
    client.call('PutItem', { TableName: table, Item: { ...item, v: ITEM_VERSION } });

  const remove = (key: Item): Promise<unknown> =>
    client.call('DeleteItem', { TableName: table, Key: key });

  const page = createRegistryPages(client, table);
  const inherit = createInheritance(client, table);

  const changeScopes = async (tenant: string, change: ScopeChange): Promise<void> => {
    for (const environment of ENVIRONMENTS) {
      await countChange(client, table, { tenant, environment }, change);
    }
  };
  const bumpVersion = (scope: Scope) => countChange(client, table, scope);

  const putTenantIf = (tenant: Tenant, condition: string, values?: Item): Promise<boolean> =>
    whenHolds(
      client.call('PutItem', {
        TableName: table,
        Item: { ...tenantKey(tenant.id), v: ITEM_VERSION, doc: text(JSON.stringify(tenant)) },
        ConditionExpression: condition,
        ExpressionAttributeValues: values,
      }),
    );
  const replaceTenant = (before: Tenant, after: Tenant): Promise<boolean> =>
    putTenantIf(after, 'doc = :before', { ':before': text(JSON.stringify(before)) });

  return {
    async putTenant(id, name, nowMs) {
      const fresh: Tenant = { id, name, createdAtMs: nowMs };
      const put = await optimistically(ROUNDS, async () => {
        const found = documentOf<Tenant>(await get(tenantKey(id)));
        if (!found) {
          const isNew = await putTenantIf(fresh, 'attribute_not_exists(pk)');
          return isNew ? { tenant: fresh, created: true } : undefined;
        }
        if (found.deletedAtMs === undefined) {
          const tenant = { ...found, name };
          return (await replaceTenant(found, tenant)) ? { tenant, created: false } : undefined;
        }
        if (found.erasure?.state !== 'done') return { tenant: found, created: false };
        // First the scopes: of a tenant that is there again no event may be dropped.
        await changeScopes(id, 'return');
        return (await replaceTenant(found, fresh)) ? { tenant: fresh, created: true } : undefined;
      });
      if (!put) throw new NotYetStoredError(id);
      return put;
    },

    async markTenantDeleted(id, nowMs) {
      const marked = await optimistically(ROUNDS, async () => {
        const found = documentOf<Tenant>(await get(tenantKey(id)));
        if (!found || found.erasure?.state === 'done') return { tenant: found };
        const isMarked = found.deletedAtMs !== undefined;
        const tenant: Tenant = isMarked
          ? found
          : { ...found, deletedAtMs: nowMs, erasure: NEW_ERASURE };
        if (!isMarked && !(await replaceTenant(found, tenant))) return undefined;
        // Again for one that was marked: a crash may have come between.
        await changeScopes(id, 'deletion');
        return { tenant };
      });
      if (!marked) throw new NotYetStoredError(id);
      return marked.tenant;
    },

    replaceTenant,

    getTenant: async (id) => documentOf<Tenant>(await get(tenantKey(id))),

    listTenantIds: (limit, cursor) =>
      page(TENANTS_PARTITION, ' ', limit, cursor, (item) => item.sk?.S),

    listTenants: (limit, cursor) =>
      // No tenant id sorts before a space.
      page(TENANTS_PARTITION, ' ', limit, cursor, (item) => {
        const tenant = documentOf<Tenant>(item);
        return tenant?.deletedAtMs === undefined ? tenant : undefined;
      }),

    async putKey(key) {
      const doc = text(JSON.stringify(key));
      // The listing first: a key that works but is not listed could not be revoked.
      const isNew = await putIfNew(client, table, {
        ...keyItem(key, key.id),
        doc,
        v: ITEM_VERSION,
      });
      if (isNew) await put({ ...hashKey(key.hash), doc });
      return isNew;
    },
    findKey: async (hash) => documentOf<ApiKey>(await get(hashKey(hash))),
    getKey: async (scope, id) => listedKey(await get(keyItem(scope, id))),
    listKeys: (scope, limit, cursor) => page(keyPartition(scope), 'key_', limit, cursor, listedKey),
    markSlow: (endpoint, untilMs) => markSlow(client, table, endpoint, untilMs, surroundings.now()),

    async revokeKey({ lastUsedAtMs, ...key }, nowMs) {
      const doc = text(JSON.stringify({ ...key, revokedAtMs: nowMs } satisfies ApiKey));
      await put({ ...hashKey(key.hash), doc });
      // Its last use stays: it is noted beside the document.
      await client.call('UpdateItem', {
        TableName: table,
        Key: keyItem(key, key.id),
        UpdateExpression: 'SET doc = :doc',
        ExpressionAttributeValues: { ':doc': doc },
      });
    },
    async noteKeyUse(key, atMs) {
      await whenHolds(
        client.call('UpdateItem', {
          TableName: table,
          Key: keyItem(key, key.id),
          UpdateExpression: 'SET used = :at',
          ConditionExpression:
            'attribute_exists(pk) AND (attribute_not_exists(used) OR used < :at)',
          ExpressionAttributeValues: { ':at': number(atMs) },
        }),
      );
    },

    async deleteKey(key) {
      // The listing last: what is half deleted is found again.
      await remove(hashKey(key.hash));
      await remove(keyItem(key, key.id));
    },

    async putEndpointOnce(endpoint) {
      const key = { pk: text(endpointPartition(endpoint)), sk: text(endpoint.id) };
      const doc = text(JSON.stringify(withoutInherited(endpoint)));
      const isNew = await putIfNew(client, table, { ...key, doc, v: ITEM_VERSION });
      // Also if it was there: who put it may have come no further.
      await bumpVersion(endpoint);
      if (isNew) return endpoint;
      const found = documentOf<Endpoint>(await get(key));
      return (found && (await inherit([found]))[0]) ?? endpoint;
    },
    async replaceEndpoint(before, after) {
      const isReplaced = await whenHolds(
        client.call('PutItem', {
          TableName: table,
          Item: {
            pk: text(endpointPartition(after)),
            sk: text(after.id),
            v: ITEM_VERSION,
            doc: text(JSON.stringify(withoutInherited(after))),
          },
          // An endpoint is written as JSON of one spelling only, so its text tells whether it changed.
          ConditionExpression: 'doc = :before',
          ExpressionAttributeValues: {
            ':before': text(JSON.stringify(withoutInherited(before))),
          },
        }),
      );
      if (isReplaced) await bumpVersion(after);
      return isReplaced;
    },
    async getEndpoint(scope, id) {
      const found = await get({ pk: text(endpointPartition(scope)), sk: text(id) });
      const endpoint = documentOf<Endpoint>(found);
      return endpoint && (await inherit([endpoint]))[0];
    },
    async getEndpoints(refs) {
      const keys = refs.map((ref) => ({ pk: text(endpointPartition(ref)), sk: text(ref.id) }));
      const items = await batchGet(client, table, keys);
      const endpoints = items.flatMap((item) => documentOf<Endpoint>(item) ?? []);
      return new Map((await inherit(endpoints)).map((endpoint) => [endpoint.id, endpoint]));
    },
    async listEndpoints(scope, limit, cursor) {
      const found = await page(endpointPartition(scope), 'ep_', limit, cursor, (item) => {
        const endpoint = documentOf<Endpoint>(item);
        return endpoint?.deletedAtMs === undefined ? endpoint : undefined;
      });
      return { ...found, entries: await inherit(found.entries) };
    },

    subscribersOf: createSubscriberCache(client, table, surroundings, inherit),
  };
}

/** All that the registry's table holds. */
export type Registry = TenantStore &
  TenantListing &
  KeyStore &
  KeyLookup &
  EndpointStore &
  SubscriberStore;
