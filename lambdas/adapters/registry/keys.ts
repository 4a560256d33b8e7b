// API keys in the registry: a document under the key's hash, and an entry by its id that leads listings to it.
import { defined } from '../../core/defined.ts';
import { inParallel } from '../../core/in-parallel.ts';
import type { ApiKey } from '../../core/keys/api-key.ts';
import type { KeyErasure, KeyLookup, KeyStore } from '../../core/keys/store.ts';
import type { Scope } from '../../core/scope.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import {
  batchGet,
  getItem,
  type Item,
  number,
  numberIn,
  text,
  whenHolds,
} from '../aws/dynamodb/client.ts';
import {
  documentItem,
  documentOf,
  keyPartition,
  putNewDocument,
  replaceDocument,
} from '../items/documents.ts';
import { createPages } from '../items/page.ts';

export function createKeyStore(table: Table): KeyStore & KeyErasure & KeyLookup {
  const page = createPages(table);
  /** An entry without a key is of one that is being removed. */
  async function keysOf(entries: readonly Entry[]): Promise<ApiKey[]> {
    const hashKeys = entries.map(({ hash }) => hashKey(hash));
    const keys = new Map(
      (await batchGet(table, hashKeys)).map((item) => [item.pk?.S, documentOf<ApiKey>(item)]),
    );
    return entries.flatMap(({ hash, lastUsedAtMs }) => {
      const key = keys.get(hashKey(hash).pk?.S);
      return key ? [defined({ ...key, lastUsedAtMs })] : [];
    });
  }

  async function remove(...keys: readonly Item[]): Promise<void> {
    for (const Key of keys) await table.call('DeleteItem', { Key });
  }

  return {
    async putKey(key) {
      // What is listed is shown, so the entry comes last: of a key that has none nobody knows the secret, and its
      // creation begins anew.
      const { hash } = key;
      await table.call('PutItem', { Item: documentItem(hashKey(hash), key) });
      const entry = documentItem(entryKey(key, key.id), { hash });
      const isNew = await putNewDocument(table, entry);
      if (!isNew) await remove(hashKey(hash));
      return isNew;
    },
    findKey: async (hash) => documentOf<ApiKey>(await getItem(table, hashKey(hash))),
    async getKey(scope, id) {
      const item = await getItem(table, entryKey(scope, id));
      return item && (await keysOf([entryOf(item)]))[0];
    },
    async listKeys(scope, limit, cursor) {
      const found = await page(entryOf, keyPartition(scope), 'key_', limit, cursor);
      return { ...found, entries: await keysOf(found.entries) };
    },

    async revokeKey({ lastUsedAtMs, ...key }, nowMs) {
      const revoked: ApiKey = { ...key, revokedAtMs: nowMs };
      await replaceDocument(table, key, documentItem(hashKey(key.hash), revoked));
    },

    async noteKeyUse(key, atMs) {
      await whenHolds(
        table.call('UpdateItem', {
          Key: entryKey(key, key.id),
          UpdateExpression: 'SET used = :at',
          ConditionExpression:
            'attribute_exists(pk) AND (attribute_not_exists(used) OR used < :at)',
          ExpressionAttributeValues: { ':at': number(atMs) },
        }),
      );
    },

    // The entry last: what is half removed is found again.
    deleteKey: (key) => remove(hashKey(key.hash), entryKey(key, key.id)),

    async deleteKeys(scope, limit) {
      const { entries } = await page(entryOf, keyPartition(scope), 'key_', limit);
      await inParallel(entries, limit, ({ id, hash }) =>
        remove(hashKey(hash), entryKey(scope, id)),
      );
      return entries.length;
    },
  };
}

interface Entry {
  readonly id: string;
  readonly hash: string;
  readonly lastUsedAtMs: number | undefined;
}

/** An older version put the whole key in it. */
function entryOf(item: Item): Entry {
  const { hash = '' } = documentOf<{ readonly hash: string }>(item) ?? {};
  return { id: item.sk?.S ?? '', hash, lastUsedAtMs: numberIn(item.used) };
}

const hashKey = (hash: string): Item => ({ pk: text(`key#${hash}`), sk: text('key') });

function entryKey(scope: Scope, id: string): Item {
  return { pk: text(keyPartition(scope)), sk: text(id) };
}
