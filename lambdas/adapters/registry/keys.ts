// API keys in the registry, each in two items: by its hash for authentication, by its id for listings.
import type { ApiKey } from '../../core/keys/api-key.ts';
import type { KeyLookup, KeyStore } from '../../core/keys/store.ts';
import type { Scope } from '../../core/scope.ts';
import type { DynamoDb } from '../aws/dynamodb/calls.ts';
import {
  getItem,
  type Item,
  number,
  numberIn,
  putIfNew,
  text,
  whenHolds,
} from '../aws/dynamodb/client.ts';
import { documentOf, keyPartition } from '../items/documents.ts';
import { ITEM_VERSION } from '../items/version.ts';
import { createRegistryPages } from './pages.ts';

export function createKeyStore(client: DynamoDb, table: string): KeyStore & KeyLookup {
  const page = createRegistryPages(client, table);
  const put = (item: Item): Promise<unknown> =>
    client.call('PutItem', { TableName: table, Item: { ...item, v: ITEM_VERSION } });
  const remove = (key: Item): Promise<unknown> =>
    client.call('DeleteItem', { TableName: table, Key: key });

  return {
    async putKey(key) {
      const doc = text(JSON.stringify(key));
      // The listing first: a key that works but is not listed could not be revoked.
      const item = { ...listingKey(key, key.id), doc, v: ITEM_VERSION };
      const isNew = await putIfNew(client, table, item);
      if (isNew) await put({ ...hashKey(key.hash), doc });
      return isNew;
    },
    findKey: async (hash) => documentOf<ApiKey>(await getItem(client, table, hashKey(hash))),
    getKey: async (scope, id) => listedKey(await getItem(client, table, listingKey(scope, id))),
    listKeys: (scope, limit, cursor) => page(keyPartition(scope), 'key_', limit, cursor, listedKey),

    async revokeKey({ lastUsedAtMs, ...key }, nowMs) {
      const doc = text(JSON.stringify({ ...key, revokedAtMs: nowMs } satisfies ApiKey));
      await put({ ...hashKey(key.hash), doc });
      // Its last use stays: it is noted beside the document.
      await client.call('UpdateItem', {
        TableName: table,
        Key: listingKey(key, key.id),
        UpdateExpression: 'SET doc = :doc',
        ExpressionAttributeValues: { ':doc': doc },
      });
    },

    async noteKeyUse(key, atMs) {
      await whenHolds(
        client.call('UpdateItem', {
          TableName: table,
          Key: listingKey(key, key.id),
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
      await remove(listingKey(key, key.id));
    },
  };
}

const hashKey = (hash: string): Item => ({ pk: text(`key#${hash}`), sk: text('key') });

function listingKey(scope: Scope, id: string): Item {
  return { pk: text(keyPartition(scope)), sk: text(id) };
}

function listedKey(item: Item | undefined): ApiKey | undefined {
  const key = documentOf<ApiKey>(item);
  const lastUsedAtMs = numberIn(item?.used);
  return key && lastUsedAtMs !== undefined ? { ...key, lastUsedAtMs } : key;
}
