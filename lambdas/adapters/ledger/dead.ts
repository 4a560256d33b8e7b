// The dead deliveries of an endpoint, from the index, by the time of their events in both directions.
import { createdAtMs } from '../../core/identifiers.ts';
import type { Page, TimeRange } from '../../core/listing.ts';
import type { DeliveryRef, EndpointAddress } from '../../core/scope.ts';
import { WORK_INDEX } from '../../environment.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { type Item, number, text } from '../aws/dynamodb/client.ts';
import { DELIVERY_SHARDS, workPartition } from './items.ts';

/** Later than any event. */
const LAST_MS = 8.64e15;

interface DeadEntry {
  readonly eventId: string;
  readonly atMs: number;
}

interface Shard {
  readonly entries: DeadEntry[];
  /** The entries are complete up to this time, in the direction of reading; undefined: to the end. */
  readonly completeToMs?: number;
}

export function createDeadIndex(table: Table) {
  async function readShard(
    endpointId: string,
    shard: number,
    { sinceMs, untilMs }: Required<TimeRange>,
    limit: number,
    isAscending: boolean,
    before = '~',
  ): Promise<Shard> {
    const entries: DeadEntry[] = [];
    let start: Item | undefined;
    do {
      const answer = await table.call('Query', {
        IndexName: WORK_INDEX,
        KeyConditionExpression: 'wk = :wk AND wat BETWEEN :from AND :last',
        ExpressionAttributeValues: {
          ':wk': text(workPartition(endpointId, 'dead', shard)),
          ':from': number(sinceMs),
          ':last': number(untilMs - 1),
        },
        ScanIndexForward: isAscending,
        Limit: limit,
        ExclusiveStartKey: start,
      });
      for (const item of answer.Items ?? []) {
        const eventId = item.sk?.S ?? '';
        if (eventId < before) entries.push({ eventId, atMs: Number(item.wat?.N) });
      }
      start = answer.LastEvaluatedKey;
      // The last millisecond may have more entries: it is left to the next page, unless there is no other.
      const lastMs = entries.at(-1)?.atMs;
      if (start && lastMs !== undefined && lastMs !== entries[0]?.atMs) {
        return { entries, completeToMs: lastMs };
      }
    } while (start);
    return { entries };
  }

  function readShards(
    endpointId: string,
    range: Required<TimeRange>,
    limit: number,
    isAscending: boolean,
    before?: string,
  ): Promise<Shard[]> {
    const share = Math.ceil(limit / DELIVERY_SHARDS) + 1;
    return Promise.all(
      Array.from({ length: DELIVERY_SHARDS }, (_, shard) =>
        readShard(endpointId, shard, range, share, isAscending, before),
      ),
    );
  }

  return {
    /** The cursor is a time. A page may be longer than asked for, since a millisecond is never split. */
    async oldestFirst(
      endpoint: EndpointAddress,
      { sinceMs, untilMs }: Required<TimeRange>,
      limit: number,
      cursor: string | undefined,
    ): Promise<Page<DeliveryRef>> {
      const fromMs = cursor === undefined ? sinceMs : Number(cursor);
      if (fromMs >= untilMs) return { entries: [] };
      const range = { sinceMs: fromMs, untilMs };
      const shards = await readShards(endpoint.endpointId, range, limit, true);
      const nextMs = Math.min(untilMs, ...shards.map((shard) => shard.completeToMs ?? untilMs));
      const entries = shards
        .flatMap((shard) => shard.entries)
        .filter(({ atMs }) => atMs < nextMs)
        .sort((a, b) => a.atMs - b.atMs || (a.eventId < b.eventId ? -1 : 1))
        .map(({ eventId }) => refOf(endpoint, eventId));
      return nextMs < untilMs ? { entries, next: String(nextMs) } : { entries };
    },

    /** The cursor is the id of the last event before the page. */
    async newestFirst(
      endpoint: EndpointAddress,
      { sinceMs = 0, untilMs = LAST_MS }: TimeRange,
      limit: number,
      cursor: string | undefined,
    ): Promise<Page<DeliveryRef>> {
      const endMs = cursor === undefined ? untilMs : Math.min(untilMs, createdAtMs(cursor) + 1);
      if (endMs <= sinceMs) return { entries: [] };
      const range = { sinceMs, untilMs: endMs };
      const shards = await readShards(endpoint.endpointId, range, limit, false, cursor);
      const completeMs = Math.max(-1, ...shards.map((shard) => shard.completeToMs ?? -1));
      const all = shards
        .flatMap((shard) => shard.entries)
        .filter(({ atMs }) => atMs > completeMs)
        .sort((a, b) => b.atMs - a.atMs || (a.eventId < b.eventId ? 1 : -1));
      const page = all.slice(0, limit);
      const entries = page.map(({ eventId }) => refOf(endpoint, eventId));
      const last = page.at(-1);
      const isEnd = completeMs < 0 && all.length <= limit;
      return isEnd || !last ? { entries } : { entries, next: last.eventId };
    },
  };
}

function refOf({ tenant, environment, endpointId }: EndpointAddress, eventId: string): DeliveryRef {
  return { tenant, environment, endpointId, eventId };
}
