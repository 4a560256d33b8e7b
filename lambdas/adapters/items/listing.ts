// Listings over sharded partitions, newest or oldest first: the shards are read side by side and merged, and the
// cursor is the last id shown, so that a page stays where it is while new entries come.
import { firstIdAt } from '../../core/identifiers.ts';
import type { TimeRange } from '../../core/listing.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { type Item, text } from '../aws/dynamodb/client.ts';

/** Greater than every id with the prefix `evt_`. */
const LAST_EVENT_ID = 'evt_~';

interface ShardedQuery {
  readonly table: Table;
  readonly partitions: readonly string[];
  readonly range: TimeRange;
  readonly limit: number;
  /** An event's id: the page begins with the one after it in the listing's order. */
  readonly cursor: string | undefined;
}

/** One page of items whose sort key is an event's id. */
export function newestFirst(query: ShardedQuery): Promise<MergedPage> {
  return byEventId(query, false);
}

export function oldestFirst(query: ShardedQuery): Promise<MergedPage> {
  return byEventId(query, true);
}

function byEventId(query: ShardedQuery, isAscending: boolean): Promise<MergedPage> {
  const { range, cursor, ...rest } = query;
  let after = justBefore(firstIdAt('evt', range.sinceMs ?? 0));
  let before = range.untilMs === undefined ? LAST_EVENT_ID : firstIdAt('evt', range.untilMs);
  if (cursor !== undefined && isAscending && cursor > after) after = cursor;
  if (cursor !== undefined && !isAscending && cursor < before) before = cursor;
  return mergedShards({ ...rest, after, before, isAscending });
}

/** Sorts before an id, and after every lesser one. */
const justBefore = (id: string): string =>
  `${id.slice(0, -1)}${String.fromCharCode(id.charCodeAt(id.length - 1) - 1)}~`;

interface MergedPage {
  readonly items: Item[];
  /** The last item's sort key, if there are more. */
  readonly next?: string;
}

interface ShardsQuery {
  readonly table: Table;
  readonly partitions: readonly string[];
  /** Sort keys, both exclusive. */
  readonly after: string;
  readonly before: string;
  readonly limit: number;
  readonly isAscending: boolean;
}

/**
 * One page over all partitions, in the order of the sort keys. Ids fall into the partitions at random, so
 * a little more than an equal share of each is read, and one that has run out is read on.
 */
export async function mergedShards(query: ShardsQuery): Promise<MergedPage> {
  const { limit, isAscending } = query;
  if (query.before <= query.after) return { items: [] };
  const shards = query.partitions.map((partition) => new Shard(query, partition));
  const items: Item[] = [];
  while (items.length <= limit) {
    await Promise.all(shards.map((shard) => shard.fill()));
    let first: Shard | undefined;
    for (const shard of shards) {
      if (shard.head === undefined) continue;
      const isFirst =
        first?.head === undefined ||
        (isAscending ? shard.head < first.head : shard.head > first.head);
      if (isFirst) first = shard;
    }
    const item = first?.take();
    if (!item) break;
    items.push(item);
  }
  const page = items.slice(0, limit);
  const last = page.at(-1)?.sk?.S;
  return items.length > limit && last !== undefined ? { items: page, next: last } : { items: page };
}

class Shard {
  readonly #query: ShardsQuery;
  readonly #partition: string;
  readonly #share: number;
  #items: Item[] = [];
  #at = 0;
  #start: Item | undefined;
  #isOver = false;

  constructor(query: ShardsQuery, partition: string) {
    this.#query = query;
    this.#partition = partition;
    const mean = (query.limit + 1) / query.partitions.length;
    // Three deviations: one more read in a few hundred pages. Two for the ends, which BETWEEN includes.
    this.#share = Math.min(query.limit + 1, Math.ceil(mean + 3 * Math.sqrt(mean))) + 2;
  }

  get head(): string | undefined {
    return this.#items[this.#at]?.sk?.S;
  }

  take(): Item | undefined {
    return this.#items[this.#at++];
  }

  /** Reads on unless there is something to take, or nothing is left. */
  async fill(): Promise<void> {
    const { table, after, before, isAscending } = this.#query;
    while (this.#at >= this.#items.length && !this.#isOver) {
      const page = await table.call('Query', {
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :after AND :before',
        ExpressionAttributeValues: {
          ':pk': text(this.#partition),
          ':after': text(after),
          ':before': text(before),
        },
        ScanIndexForward: isAscending,
        ConsistentRead: true,
        Limit: this.#share,
        ExclusiveStartKey: this.#start,
      });
      this.#items = (page.Items ?? []).filter(
        (item) => item.sk?.S !== after && item.sk?.S !== before,
      );
      this.#at = 0;
      this.#start = page.LastEvaluatedKey;
      this.#isOver = this.#start === undefined;
    }
  }
}
