// The ledger's events and dedupe keys.

import { createHash } from 'node:crypto';
import { NotYetStoredError } from '../../core/errors.ts';
import {
  DEDUPE_MS,
  type DedupeEntry,
  type DedupeLedger,
  type DedupeLookup,
  type EventLedger,
  type StoredEvent,
} from '../../core/events/ledger.ts';
import { type Scope, scopeKey } from '../../core/scope.ts';
import type { Settings } from '../../core/settings.ts';
import type { ErasedTenants } from '../../core/tenants/store.ts';
import type { Tombstones } from '../../core/tombstone.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import {
  batchGet,
  batchPut,
  getItem,
  type Item,
  number,
  putIfNew,
  text,
  whenHolds,
} from '../aws/dynamodb/client.ts';
import { newestFirst } from '../items/listing.ts';
import { ITEM_VERSION, readable, readEach } from '../items/version.ts';
import { EXPIRY_MARGIN_MS, expiryOf } from './expiry.ts';
import { createFeedLedger } from './feed.ts';
import {
  EVENT_SHARDS,
  eventKey,
  eventPartition,
  fromEventItem,
  seconds,
  toEventItem,
} from './items.ts';
import { createTombstones } from './tombstones.ts';

export function createEventLedger(
  table: Table,
  settings: Settings,
): EventLedger & DedupeLedger & DedupeLookup & Tombstones & ErasedTenants {
  const toItem = (stored: StoredEvent): Item =>
    toEventItem(stored, expiryOf(stored.event.acceptedAtMs, settings));

  return {
    ...createFeedLedger(table, settings),
    ...createTombstones(table, settings),

    async putEvents(events) {
      const refused = await batchPut(table, events.map(toItem));
      return new Set([...refused].map((index) => events[index]?.event.id ?? ''));
    },

    async putEventOnce(stored) {
      if (await putIfNew(table, toItem(stored))) return stored;
      const found = await getItem(table, eventKey({ ...stored.event, eventId: stored.event.id }));
      if (!found) throw new NotYetStoredError(stored.event.id);
      return fromEventItem(found);
    },

    async getEvents(refs, unreadable) {
      const items = await batchGet(table, refs.map(eventKey));
      const events = readEach(items, fromEventItem, unreadable);
      return new Map(events.map((stored) => [stored.event.id, stored]));
    },

    async keepUntil(ref, untilMs) {
      await whenHolds(
        table.call('UpdateItem', {
          Key: eventKey(ref),
          UpdateExpression: 'SET exp = :until',
          ConditionExpression: 'attribute_exists(pk) AND exp < :until',
          ExpressionAttributeValues: { ':until': seconds(untilMs + EXPIRY_MARGIN_MS) },
        }),
      );
    },

    async listEvents(scope, range, limit, cursor) {
      const partitions = Array.from({ length: EVENT_SHARDS }, (_, shard) =>
        eventPartition(scope, shard),
      );
      const page = await newestFirst({ table, partitions, range, limit, cursor });
      return { ...page, entries: page.items.map(fromEventItem) };
    },

    async reserve(scope, key, entry) {
      const itemKey = dedupeKey(scope, key);
      const isNew = await whenHolds(
        table.call('PutItem', {
          Item: { ...itemKey, ...toDedupeAttributes(entry) },
          // TTL removes items late: an expired one counts as gone.
          ConditionExpression: 'attribute_not_exists(pk) OR exp < :now',
          ExpressionAttributeValues: { ':now': seconds(entry.acceptedAtMs) },
        }),
      );
      if (isNew) return entry;
      const found = await getItem(table, itemKey);
      if (!found) throw new NotYetStoredError('an idempotency key');
      return fromDedupeItem(found);
    },

    async holderOf(scope, key, nowMs) {
      const found = await getItem(table, dedupeKey(scope, key));
      const isHeld = found && Number(found.exp?.N) * 1000 >= nowMs;
      return isHeld ? fromDedupeItem(found) : undefined;
    },
  };
}

function dedupeKey(scope: Scope, key: string): Item {
  const hash = createHash('sha256').update(key).digest('hex');
  return { pk: text(`${scopeKey(scope)}#k#${hash}`), sk: text('dedupe') };
}

function toDedupeAttributes(entry: DedupeEntry): Item {
  return {
    v: ITEM_VERSION,
    id: text(entry.eventId),
    h: text(entry.bodyHash),
    at: number(entry.acceptedAtMs),
    exp: seconds(entry.acceptedAtMs + DEDUPE_MS),
  };
}

function fromDedupeItem(stored: Item): DedupeEntry {
  const item = readable(stored);
  return {
    eventId: item.id?.S ?? '',
    bodyHash: item.h?.S ?? '',
    acceptedAtMs: Number(item.at?.N),
  };
}
