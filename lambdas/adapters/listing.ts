// Listings over sharded partitions, newest or oldest first: the shards are read side by side and merged, and the
// cursor is the last id shown, so that a page stays where it is while new entries come.
import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { firstIdAt } from '../core/identifiers.ts';
import type { TimeRange } from '../core/ports.ts';
import { type Item, text } from './dynamodb.ts';

/** Greater than every id with the prefix `evt_`. */
const LAST_EVENT_ID = 'evt_~';

export interface ShardedQuery {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly partitions: readonly string[];
  readonly range: TimeRange;
  readonly limit: number;
  /** An event's id: the page begins with the one after it in the listing's order. */
  readonly cursor: string | undefined;
}

/** One page of items whose sort key is an event's id; one more than the page tells if there is a next. */
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

export interface MergedPage {
  readonly items: Item[];
  /** The last item's sort key, if there are more. */
  readonly next?: string;
}

export interface ShardsQuery {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly partitions: readonly string[];
  /** Sort keys, both exclusive. */
  readonly after: string;
  readonly before: string;
  readonly limit: number;
  readonly isAscending: boolean;
}

/** One page over all partitions, in the order of the sort keys. */
export async function mergedShards(query: ShardsQuery): Promise<MergedPage> {
  const { limit, isAscending } = query;
  if (query.before <= query.after) return { items: [] };
  const shards = await Promise.all(query.partitions.map((pk) => readShard(query, pk)));
  const order = isAscending ? 1 : -1;
  const items = shards.flat().sort((a, b) => ((a.sk?.S ?? '') < (b.sk?.S ?? '') ? -order : order));
  const page = items.slice(0, limit);
  const last = page.at(-1)?.sk?.S;
  return items.length > limit && last !== undefined ? { items: page, next: last } : { items: page };
}

async function readShard(
  { client, table, after, before, limit, isAscending }: ShardsQuery,
  partition: string,
): Promise<Item[]> {
  const items: Item[] = [];
  let start: Item | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :after AND :before',
        ExpressionAttributeValues: {
          ':pk': text(partition),
          ':after': text(after),
          ':before': text(before),
        },
        ScanIndexForward: isAscending,
        ConsistentRead: true,
        // BETWEEN includes its ends.
        Limit: limit + 2 - items.length,
        ...(start ? { ExclusiveStartKey: start } : {}),
      }),
    );
    items.push(
      ...(page.Items ?? []).filter((item) => item.sk?.S !== after && item.sk?.S !== before),
    );
    start = page.LastEvaluatedKey;
  } while (start && items.length <= limit);
  return items.slice(0, limit + 1);
}
