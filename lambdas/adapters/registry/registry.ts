// The registry: tenants, API keys by their hash, and endpoints.

import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import type { EndpointStore } from '../../core/endpoints/store.ts';
import { NotYetStoredError } from '../../core/errors.ts';
import type { ApiKey } from '../../core/keys/api-key.ts';
import type { KeyLookup, KeyStore } from '../../core/keys/store.ts';
import { ENVIRONMENTS, type Scope } from '../../core/scope.ts';
import type { SubscriberStore } from '../../core/subscriptions/subscriber.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import { withoutInherited } from '../../core/templates/template.ts';
import type { TenantListing, TenantStore } from '../../core/tenants/store.ts';
import type { Tenant } from '../../core/tenants/tenant.ts';
import { NEW_ERASURE } from '../../core/tenants/tenant.ts';
import type { DynamoDb } from '../aws/dynamodb/calls.ts';
import { batchGet, type Item, number, putIfNew, text, whenHolds } from '../aws/dynamodb/client.ts';
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
  const get = async (key: Item): Promise<Item | undefined> =>
    (await client.call('GetItem', { TableName: table, Key: key, ConsistentRead: true })).Item;
  const put = (item: Item): Promise<unknown> =>
    client.call('PutItem', { TableName: table, Item: { ...item, v: ITEM_VERSION } });

  const remove = (key: Item): Promise<unknown> =>
    client.call('DeleteItem', { TableName: table, Key: key });

  const page = createRegistryPages(client, table);
  const inherit = createInheritance(client, table);

  const changeScope = (scope: Scope, change: ScopeChange) =>
    countChange(client, table, scope, change);
  const bumpVersion = (scope: Scope) => changeScope(scope, 'content');

  const putTenantIf = (tenant: Tenant, condition: string, values?: Item): Promise<boolean> =>
    whenHolds(
      client.call('PutItem', {
        TableName: table,
        Item: { ...tenantKey(tenant.id), v: ITEM_VERSION, doc: text(JSON.stringify(tenant)) },
        ConditionExpression: condition,
        ...(values ? { ExpressionAttributeValues: values } : {}),
      }),
    );
  const replaceTenant = (before: Tenant, after: Tenant): Promise<boolean> =>
    putTenantIf(after, 'doc = :before', { ':before': text(JSON.stringify(before)) });

  return {
    async putTenant(id, name, nowMs) {
      const fresh: Tenant = { id, name, createdAtMs: nowMs };
      for (let round = 0; round < ROUNDS; round++) {
        const found = documentOf<Tenant>(await get(tenantKey(id)));
        if (!found) {
          if (await putTenantIf(fresh, 'attribute_not_exists(pk)')) {
            return { tenant: fresh, created: true };
          }
        } else if (found.deletedAtMs === undefined) {
          const tenant = { ...found, name };
          if (await replaceTenant(found, tenant)) return { tenant, created: false };
        } else if (found.erasure?.state === 'done') {
          // First the scopes: of a tenant that is there again no event may be dropped.
          for (const environment of ENVIRONMENTS) {
            await changeScope({ tenant: id, environment }, 'return');
          }
          if (await replaceTenant(found, fresh)) return { tenant: fresh, created: true };
        } else {
          return { tenant: found, created: false };
        }
      }
      throw new NotYetStoredError(id);
    },

    async markTenantDeleted(id, nowMs) {
      for (let round = 0; round < ROUNDS; round++) {
        const found = documentOf<Tenant>(await get(tenantKey(id)));
        if (!found || found.erasure?.state === 'done') return found;
        const isMarked = found.deletedAtMs !== undefined;
        const deleted: Tenant = isMarked
          ? found
          : { ...found, deletedAtMs: nowMs, erasure: NEW_ERASURE };
        if (!isMarked && !(await replaceTenant(found, deleted))) continue;
        // Again for one that was marked: a crash may have come between.
        for (const environment of ENVIRONMENTS) {
          await changeScope({ tenant: id, environment }, 'deletion');
        }
        return deleted;
      }
      throw new NotYetStoredError(id);
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
