// How many of something there are, kept in one item, so that a limit costs one small write. A crash may leave the
// count wrong: when it says that the limit is reached, the entries are counted again, at most once a minute.

import { defined } from '../../core/defined.ts';
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import { type ApiKey, isUsable } from '../../core/keys/api-key.ts';
import type { Counted, Counts } from '../../core/tenants/counts.ts';
import type { DynamoDb } from '../aws/dynamodb/calls.ts';
import { getItem, type Item, number, pagesOf, text, whenHolds } from '../aws/dynamodb/client.ts';
import {
  documentOf,
  EVENT_TYPES_PARTITION,
  endpointPartition,
  keyPartition,
} from '../items/documents.ts';
import { ITEM_VERSION } from '../items/version.ts';

/** Sorts before every entry of these partitions. */
const COUNT_SORT_KEY = '#count';
const RECOUNT_AFTER_MS = 60_000;

interface Partition {
  readonly pk: string;
  /** Every entry sorts after it, and what is not an entry before. */
  readonly after: string;
  readonly counts: (item: Item, nowMs: number) => boolean;
}

function partitionOf(what: Counted): Partition {
  switch (what.kind) {
    case 'endpoints':
      return {
        pk: endpointPartition(what.scope),
        after: 'ep_',
        counts: (item) => documentOf<Endpoint>(item)?.deletedAtMs === undefined,
      };
    case 'keys':
      return {
        pk: keyPartition(what.scope),
        after: 'key_',
        counts: (item, nowMs) => {
          const key = documentOf<ApiKey>(item);
          return key !== undefined && isUsable(key, nowMs);
        },
      };
    case 'eventTypes':
      return { pk: EVENT_TYPES_PARTITION, after: '*', counts: () => true };
  }
}

export function createCounts(client: DynamoDb, table: string): Counts {
  const keyOf = (pk: string): Item => ({ pk: text(pk), sk: text(COUNT_SORT_KEY) });

  async function count({ pk, after, counts }: Partition, nowMs: number): Promise<number> {
    let found = 0;
    const pages = pagesOf(client, {
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND sk > :after',
      ExpressionAttributeValues: { ':pk': text(pk), ':after': text(after) },
      ConsistentRead: true,
    });
    for await (const items of pages) found += items.filter((item) => counts(item, nowMs)).length;
    return found;
  }

  /** Counts anew, unless that was done just now. */
  async function recount(partition: Partition, nowMs: number): Promise<void> {
    const Key = keyOf(partition.pk);
    const countedAt = (await getItem(client, table, Key))?.countedAt;
    if (countedAt !== undefined && nowMs - Number(countedAt.N) < RECOUNT_AFTER_MS) return;
    // If another was faster, its count is as good.
    await whenHolds(
      client.call('UpdateItem', {
        TableName: table,
        Key,
        UpdateExpression: 'SET v = :v, countedAt = :now, n = :actual',
        ConditionExpression: countedAt ? 'countedAt = :seen' : 'attribute_not_exists(countedAt)',
        ExpressionAttributeValues: defined({
          ':v': ITEM_VERSION,
          ':now': number(nowMs),
          ':actual': number(await count(partition, nowMs)),
          ':seen': countedAt,
        }),
      }),
    );
  }

  const add = (pk: string, places: number, condition: string, bound: number): Promise<boolean> =>
    whenHolds(
      client.call('UpdateItem', {
        TableName: table,
        Key: keyOf(pk),
        UpdateExpression: 'SET v = :v ADD n :places',
        ConditionExpression: condition,
        ExpressionAttributeValues: {
          ':v': ITEM_VERSION,
          ':places': number(places),
          ':bound': number(bound),
        },
      }),
    );

  return {
    async take(what, places, limit, nowMs) {
      const partition = partitionOf(what);
      const tryOnce = () => add(partition.pk, places, 'n <= :bound', limit - places);
      if (await tryOnce()) return true;
      await recount(partition, nowMs);
      return tryOnce();
    },
    async release(what, places) {
      await add(partitionOf(what).pk, -places, 'n >= :bound', places);
    },
  };
}
