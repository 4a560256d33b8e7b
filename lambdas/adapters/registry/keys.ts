// API keys in the registry, each in two items: by its hash for authentication, by its id for listings.
import type { ApiKey } from '../../core/keys/api-key.ts';
import type { KeyLookup, KeyStore } from '../../core/keys/store.ts';
import type { Scope } from '../../core/scope.ts';
import type { DynamoDb } from '../aws/dynamodb/calls.ts';
import { getItem, type Item, number, numberIn, text, whenHolds } from '../aws/dynamodb/client.ts';
import { documentItem, documentOf, keyPartition, putNewDocument } from '../items/documents.ts';
import { createRegistryPages } from './pages.ts';

export function createKeyStore(client: DynamoDb, table: string): KeyStore & KeyLookup {
  const page = createRegistryPages(client, table);
  const putByHash = (key: ApiKey): Promise<unknown> =>
    client.call('PutItem', { TableName: table, Item: documentItem(hashKey(key.hash), key) });
  const remove = (key: Item): Promise<unknown> =>
    client.call('DeleteItem', { TableName: table, Key: key });

  return {
    async putKey(key) {
      // What is listed is shown, so the listing comes last: of a key that was stored only by its hash nobody knows
      // the secret, and its creation begins anew.
      await putByHash(key);
      const isNew = await putNewDocument(client, table, documentItem(listingKey(key, key.id), key));
      if (!isNew) await remove(hashKey(key.hash));
      return isNew;
    },
    findKey: async (hash) => documentOf<ApiKey>(await getItem(client, table, hashKey(hash))),
    getKey: async (scope, id) => listedKey(await getItem(client, table, listingKey(scope, id))),
    listKeys: (scope, limit, cursor) => page(keyPartition(scope), 'key_', limit, cursor, listedKey),

    async revokeKey({ lastUsedAtMs, ...key }, nowMs) {
      const revoked: ApiKey = { ...key, revokedAtMs: nowMs };
      await putByHash(revoked);
      // Its last use stays: it is noted beside the document.
      await client.call('UpdateItem', {
        TableName: table,
        Key: listingKey(key, key.id),
        UpdateExpression: 'SET doc = :doc',
        ExpressionAttributeValues: { ':doc': text(JSON.stringify(revoked)) },
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
