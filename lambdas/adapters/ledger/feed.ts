// The ledger's polling feeds and the latest events of subjects.
import { setTimeout as delay } from 'node:timers/promises';
import type { Event } from '../../core/events/event.ts';
import { type FeedEntry, type FeedLedger, placeOf } from '../../core/events/feed.ts';
import {
  hashOfSubject,
  type SubjectLedger,
  subjectOrderOf,
} from '../../core/events/subject-order.ts';
import { createdAtMs, shardOf } from '../../core/identifiers.ts';
import { inParallel } from '../../core/in-parallel.ts';
import type { Scope } from '../../core/scope.ts';
import { type EndpointAddress, scopeKey } from '../../core/scope.ts';
import type { Settings } from '../../core/settings.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import {
  batchPut,
  getItem,
  type Item,
  pagesOf,
  putOnce,
  text,
  whenHolds,
} from '../aws/dynamodb/client.ts';
import { mergedShards } from '../items/listing.ts';
import { ITEM_VERSION } from '../items/version.ts';
import { expiryOf } from './expiry.ts';
import { seconds } from './items.ts';

/** A partition takes about 1,000 writes a second. */
export const FEED_SHARDS = 4;
/** Before what DynamoDB left unprocessed is sent again. */
const PAUSE_MS = 50;

export function createFeedLedger(
  table: Table,
  settings: Pick<Settings, 'retentionDays' | 'deadlineDays'>,
): FeedLedger & SubjectLedger {
  const toFeedItem = (entry: FeedEntry): Item => ({
    pk: text(feedPartition(entry, shardOf(entry.eventId, FEED_SHARDS))),
    sk: text(placeOf(entry)),
    exp: seconds(expiryOf(createdAtMs(entry.eventId), settings)),
  });

  /** Resolves to the items that may not have been written. */
  async function putChunk(items: readonly Item[], signal: AbortSignal): Promise<readonly Item[]> {
    let left = items;
    try {
      while (left.length > 0 && !signal.aborted) {
        left = await putOnce(table, left, signal);
        if (left.length > 0) await delay(PAUSE_MS);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    return left;
  }

  return {
    putFeed(entries, withinMs) {
      const signal = AbortSignal.timeout(withinMs);
      return batchPut(table, entries.map(toFeedItem), (chunk) => putChunk(chunk, signal));
    },

    async readFeed(endpoint, after, before, limit) {
      const partitions = Array.from({ length: FEED_SHARDS }, (_, shard) =>
        feedPartition(endpoint, shard),
      );
      const page = await mergedShards({
        table,
        partitions,
        after,
        before,
        limit,
        isAscending: true,
      });
      const entries = page.items.map((item) => entryOf(endpoint, item));
      return { entries, more: page.next !== undefined };
    },

    async putLatest(events) {
      await inParallel(events, events.length, (event) =>
        whenHolds(
          table.call('PutItem', {
            Item: {
              ...subjectKey(event, hashOfSubject(event.subject ?? ''), event.type),
              v: ITEM_VERSION,
              o: text(subjectOrderOf(event)),
              id: text(event.id),
              exp: seconds(expiryOf(event.acceptedAtMs, settings)),
            },
            ConditionExpression: 'attribute_not_exists(pk) OR o < :o',
            ExpressionAttributeValues: { ':o': text(subjectOrderOf(event)) },
          }),
        ),
      );
    },

    async findLatest(scope, subject, type) {
      if (type !== undefined) {
        const item = await getItem(table, subjectKey(scope, hashOfSubject(subject), type));
        return item?.id?.S;
      }
      let latest: Item | undefined;
      const pages = pagesOf(table, {
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': text(subjectPartition(scope, hashOfSubject(subject))) },
        ConsistentRead: true,
      });
      for await (const items of pages) {
        for (const item of items) if ((item.o?.S ?? '') > (latest?.o?.S ?? '')) latest = item;
      }
      return latest?.id?.S;
    },
  };
}

export function feedPartition(endpoint: EndpointAddress, shard: number): string {
  return `${scopeKey(endpoint)}#${endpoint.endpointId}#f${shard}`;
}

function entryOf({ tenant, environment, endpointId }: EndpointAddress, item: Item) {
  const place = item.sk?.S ?? '';
  const [storedAtMs, eventId = ''] = place.split('#');
  return { tenant, environment, endpointId, eventId, storedAtMs: Number(storedAtMs), place };
}

function subjectPartition(scope: Scope, hash: string): string {
  return `${scopeKey(scope)}#s#${hash}`;
}

/** @param hash of the subject */
export function subjectKey(scope: Scope, hash: string, type: Event['type']): Item {
  return { pk: text(subjectPartition(scope, hash)), sk: text(type) };
}
