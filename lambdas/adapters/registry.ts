// The registry: tenants, API keys by their hash, and endpoints.
import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { ApiKey } from '../core/api-key.ts';
import type { Endpoint } from '../core/endpoint.ts';
import { NotYetStoredError } from '../core/errors.ts';
import { ENVIRONMENTS, type Scope } from '../core/event.ts';
import {
  type Page,
  type Registry,
  type Surroundings,
  scopeKey,
  type Tenant,
} from '../core/ports.ts';
import { NEW_ERASURE } from '../core/tenant-erasure.ts';
import { batchGet, type Item, number, text, whenHolds } from './dynamodb.ts';
import { documentOf, endpointPartition, VERSION_SORT_KEY } from './registry-items.ts';
import { createSubscriberCache } from './subscriber-cache.ts';

const TENANTS_PARTITION = 'tenants';

/** How often a tenant that others change meanwhile is tried. */
const ROUNDS = 5;
const tenantKey = (id: string): Item => ({ pk: text(TENANTS_PARTITION), sk: text(id) });
const keyPartition = (scope: Scope): string => `${scopeKey(scope)}#keys`;
const hashKey = (hash: string): Item => ({ pk: text(`key#${hash}`), sk: text('key') });

export function createRegistry(
  client: DynamoDBClient,
  table: string,
  surroundings: Surroundings,
): Registry {
  const get = async (key: Item): Promise<Item | undefined> =>
    (await client.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true })))
      .Item;
  const put = (item: Item): Promise<unknown> =>
    client.send(new PutItemCommand({ TableName: table, Item: item }));

  const remove = (key: Item): Promise<unknown> =>
    client.send(new DeleteItemCommand({ TableName: table, Key: key }));

  /** Entries of a partition by sort key, oldest first, from after the cursor on. */
  async function page<T>(
    partition: string,
    prefix: string,
    limit: number,
    cursor: string | undefined,
    keep: (item: Item) => T | undefined,
  ): Promise<Page<T>> {
    const entries: T[] = [];
    let after = cursor ?? prefix;
    for (;;) {
      const answer = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND sk > :after',
          ExpressionAttributeValues: { ':pk': text(partition), ':after': text(after) },
          ConsistentRead: true,
          Limit: limit - entries.length + 1,
        }),
      );
      for (const item of answer.Items ?? []) {
        if (entries.length === limit) return { entries, next: after };
        const entry = keep(item);
        if (entry !== undefined) entries.push(entry);
        after = item.sk?.S ?? after;
      }
      if (!answer.LastEvaluatedKey) return { entries };
    }
  }

  /** What fan-out reads of a scope before everything else; every change counts. */
  const changeScope = (scope: Scope, change: string): Promise<unknown> =>
    client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: { pk: text(endpointPartition(scope)), sk: text(VERSION_SORT_KEY) },
        UpdateExpression: `${change} ADD changes :one`,
        ExpressionAttributeValues: { ':one': number(1) },
      }),
    );
  const bumpVersion = (scope: Scope): Promise<unknown> => changeScope(scope, '');

  const putTenantIf = (tenant: Tenant, condition: string, values?: Item): Promise<boolean> =>
    whenHolds(
      client.send(
        new PutItemCommand({
          TableName: table,
          Item: { ...tenantKey(tenant.id), doc: text(JSON.stringify(tenant)) },
          ConditionExpression: condition,
          ...(values ? { ExpressionAttributeValues: values } : {}),
        }),
      ),
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
            await changeScope({ tenant: id, environment }, 'REMOVE gone');
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
          await changeScope({ tenant: id, environment }, 'SET gone = :one');
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
      await put({ pk: text(keyPartition(key)), sk: text(key.id), doc });
      await put({ ...hashKey(key.hash), doc });
    },
    findKey: async (hash) => documentOf<ApiKey>(await get(hashKey(hash))),
    getKey: async (scope, id) =>
      documentOf<ApiKey>(await get({ pk: text(keyPartition(scope)), sk: text(id) })),
    listKeys: (scope, limit, cursor) =>
      page(keyPartition(scope), 'key_', limit, cursor, (item) => documentOf<ApiKey>(item)),
    async revokeKey(key, nowMs) {
      const doc = text(JSON.stringify({ ...key, revokedAtMs: nowMs } satisfies ApiKey));
      await put({ ...hashKey(key.hash), doc });
      await put({ pk: text(keyPartition(key)), sk: text(key.id), doc });
    },

    async deleteKey(key) {
      // The listing last: what is half deleted is found again.
      await remove(hashKey(key.hash));
      await remove({ pk: text(keyPartition(key)), sk: text(key.id) });
    },

    async putEndpoint(endpoint) {
      await put({
        pk: text(endpointPartition(endpoint)),
        sk: text(endpoint.id),
        doc: text(JSON.stringify(endpoint)),
      });
      await bumpVersion(endpoint);
    },
    async replaceEndpoint(before, after) {
      const isReplaced = await whenHolds(
        client.send(
          new PutItemCommand({
            TableName: table,
            Item: {
              pk: text(endpointPartition(after)),
              sk: text(after.id),
              doc: text(JSON.stringify(after)),
            },
            // An endpoint is written as JSON of one spelling only, so its text tells whether it changed.
            ConditionExpression: 'doc = :before',
            ExpressionAttributeValues: { ':before': text(JSON.stringify(before)) },
          }),
        ),
      );
      if (isReplaced) await bumpVersion(after);
      return isReplaced;
    },
    getEndpoint: async (scope, id) =>
      documentOf<Endpoint>(await get({ pk: text(endpointPartition(scope)), sk: text(id) })),
    async getEndpoints(refs) {
      const keys = refs.map((ref) => ({ pk: text(endpointPartition(ref)), sk: text(ref.id) }));
      const items = await batchGet(client, table, keys);
      return new Map(
        items.flatMap((item) => {
          const endpoint = documentOf<Endpoint>(item);
          return endpoint ? [[endpoint.id, endpoint] as const] : [];
        }),
      );
    },
    listEndpoints: (scope, limit, cursor) =>
      page(endpointPartition(scope), 'ep_', limit, cursor, (item) => {
        const endpoint = documentOf<Endpoint>(item);
        return endpoint?.deletedAtMs === undefined ? endpoint : undefined;
      }),

    subscribersOf: createSubscriberCache(client, table, surroundings),
  };
}
