// The ledger's replays, and the listings that they go by: oldest first.
import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { NotYetStoredError } from '../core/errors.ts';
import type { Scope } from '../core/event.ts';
import {
  type DeliveryRef,
  type EndpointAddress,
  type ReplayLedger,
  scopeKey,
} from '../core/ports.ts';
import type { Replay } from '../core/replay.ts';
import type { Settings } from '../core/settings.ts';
import { WORK_INDEX } from '../environment.ts';
import { type Item, number, text, whenHolds } from './dynamodb.ts';
import { ITEM_VERSION } from './item-version.ts';
import { expiryOf } from './ledger-events.ts';
import {
  DELIVERY_SHARDS,
  deliveryPartition,
  fromDeliveryItem,
  seconds,
  workPartition,
} from './ledger-items.ts';
import { oldestFirst } from './listing.ts';
import { documentOf } from './registry-items.ts';

export function createReplayLedger(
  client: DynamoDBClient,
  table: string,
  settings: Settings,
): ReplayLedger {
  async function getReplay(scope: Scope, id: string): Promise<Replay | undefined> {
    const answer = await client.send(
      new GetItemCommand({ TableName: table, Key: replayKey(scope, id), ConsistentRead: true }),
    );
    return documentOf<Replay>(answer.Item);
  }

  const putIf = (replay: Replay, condition: string, values?: Item): Promise<boolean> =>
    whenHolds(
      client.send(
        new PutItemCommand({
          TableName: table,
          Item: {
            ...replayKey(replay, replay.id),
            v: ITEM_VERSION,
            doc: text(JSON.stringify(replay)),
            ver: number(replay.version),
            exp: seconds(expiryOf(replay.createdAtMs, settings)),
          },
          ConditionExpression: condition,
          ...(values ? { ExpressionAttributeValues: values } : {}),
        }),
      ),
    );

  /** One shard of the dead from a time on: all of them before `completeUntilMs`. */
  async function readDead(
    endpointId: string,
    shard: number,
    fromMs: number,
    untilMs: number,
    limit: number,
  ): Promise<{ entries: DeadEntry[]; completeUntilMs: number }> {
    const entries: DeadEntry[] = [];
    let start: Item | undefined;
    do {
      const answer = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: WORK_INDEX,
          KeyConditionExpression: 'wk = :wk AND wat BETWEEN :from AND :last',
          ExpressionAttributeValues: {
            ':wk': text(workPartition(endpointId, 'dead', shard)),
            ':from': number(fromMs),
            ':last': number(untilMs - 1),
          },
          Limit: limit,
          ...(start ? { ExclusiveStartKey: start } : {}),
        }),
      );
      for (const item of answer.Items ?? []) {
        entries.push({ eventId: item.sk?.S ?? '', atMs: Number(item.wat?.N) });
      }
      start = answer.LastEvaluatedKey;
      // There may be more of the last millisecond: it belongs to the next page, unless it is the first.
      const lastMs = entries.at(-1)?.atMs ?? fromMs;
      if (start && lastMs > fromMs) return { entries, completeUntilMs: lastMs };
    } while (start);
    return { entries, completeUntilMs: untilMs };
  }

  return {
    async putReplayOnce(replay) {
      if (await putIf(replay, 'attribute_not_exists(pk)')) return replay;
      const found = await getReplay(replay, replay.id);
      if (!found) throw new NotYetStoredError(replay.id);
      return found;
    },

    getReplay,

    async replaceReplay(seenVersion, after) {
      if (await putIf(after, 'ver = :seen', { ':seen': number(seenVersion) })) return true;
      // The answer to our own write may have been lost.
      return (await getReplay(after, after.id))?.writer === after.writer;
    },

    async listDead(endpoint, { sinceMs, untilMs }, limit, cursor) {
      const fromMs = cursor === undefined ? sinceMs : Number(cursor);
      if (fromMs >= untilMs) return { entries: [] };
      const share = Math.ceil(limit / DELIVERY_SHARDS);
      const shards = await Promise.all(
        Array.from({ length: DELIVERY_SHARDS }, (_, shard) =>
          readDead(endpoint.endpointId, shard, fromMs, untilMs, share),
        ),
      );
      const nextMs = Math.min(...shards.map(({ completeUntilMs }) => completeUntilMs));
      const entries = shards
        .flatMap((shard) => shard.entries)
        .filter(({ atMs }) => atMs < nextMs)
        .sort((a, b) => a.atMs - b.atMs || (a.eventId < b.eventId ? -1 : 1))
        .map(({ eventId }) => refOf(endpoint, eventId));
      return nextMs < untilMs ? { entries, next: String(nextMs) } : { entries };
    },

    async listOldestFirst(endpoint, range, limit, cursor) {
      const partitions = Array.from({ length: DELIVERY_SHARDS }, (_, shard) =>
        deliveryPartition(endpoint, endpoint.endpointId, shard),
      );
      const page = await oldestFirst({ client, table, partitions, range, limit, cursor });
      return { ...page, entries: page.items.map(fromDeliveryItem) };
    },
  };
}

interface DeadEntry {
  readonly eventId: string;
  readonly atMs: number;
}

function replayKey(scope: Scope, id: string): Item {
  return { pk: text(`${scopeKey(scope)}#replays`), sk: text(id) };
}

function refOf({ tenant, environment, endpointId }: EndpointAddress, eventId: string): DeliveryRef {
  return { tenant, environment, endpointId, eventId };
}
