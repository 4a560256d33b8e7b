// The registry: tenants, API keys by their hash, and endpoints.
import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { ApiKey } from '../core/api-key.ts';
import type { Endpoint } from '../core/endpoint.ts';
import type { Scope } from '../core/event.ts';
import {
  type Page,
  type Registry,
  type Surroundings,
  scopeKey,
  type Tenant,
} from '../core/ports.ts';
import { batchGet, type Item, number, text, whenHolds } from './dynamodb.ts';
import { documentOf, endpointPartition, VERSION_SORT_KEY } from './registry-items.ts';
import { createSubscriberCache } from './subscriber-cache.ts';

const TENANTS_PARTITION = 'tenants';

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

  const bumpVersion = (scope: Scope): Promise<unknown> =>
    client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: { pk: text(endpointPartition(scope)), sk: text(VERSION_SORT_KEY) },
        UpdateExpression: 'ADD changes :one',
        ExpressionAttributeValues: { ':one': number(1) },
      }),
    );

  return {
    async putTenant(id, name, nowMs) {
      const tenant: Tenant = { id, name, createdAtMs: nowMs };
      const key = { pk: text(TENANTS_PARTITION), sk: text(id) };
      const created = await whenHolds(
        client.send(
          new PutItemCommand({
            TableName: table,
            Item: { ...key, doc: text(JSON.stringify(tenant)) },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        ),
      );
      if (created) return { tenant, created };
      const found = documentOf<Tenant>(await get(key)) ?? tenant;
      const renamed = { ...found, name };
      await put({ ...key, doc: text(JSON.stringify(renamed)) });
      return { tenant: renamed, created };
    },

    getTenant: async (id) =>
      documentOf<Tenant>(await get({ pk: text(TENANTS_PARTITION), sk: text(id) })),

    listTenantIds: (limit, cursor) =>
      page(TENANTS_PARTITION, ' ', limit, cursor, (item) => item.sk?.S),

    listTenants: (limit, cursor) =>
      // No tenant id sorts before a space.
      page(TENANTS_PARTITION, ' ', limit, cursor, (item) => documentOf<Tenant>(item)),

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
