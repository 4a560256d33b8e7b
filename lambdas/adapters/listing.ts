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
export function newestFirst(query: ShardedQuery): Promise<{ items: Item[]; next?: string }> {
  return merged(query, false);
}

export function oldestFirst(query: ShardedQuery): Promise<{ items: Item[]; next?: string }> {
  return merged(query, true);
}

async function merged(
  query: ShardedQuery,
  isAscending: boolean,
): Promise<{ items: Item[]; next?: string }> {
  const { range, limit, cursor } = query;
  let from = firstIdAt('evt', range.sinceMs ?? 0);
  let until = range.untilMs === undefined ? LAST_EVENT_ID : firstIdAt('evt', range.untilMs);
  if (cursor !== undefined && isAscending && cursor > from) from = cursor;
  if (cursor !== undefined && !isAscending && cursor < until) until = cursor;
  if (until <= from) return { items: [] };
  const shards = await Promise.all(
    query.partitions.map((partition) => readShard(query, partition, from, until, isAscending)),
  );
  const order = isAscending ? 1 : -1;
  const items = shards.flat().sort((a, b) => ((a.sk?.S ?? '') < (b.sk?.S ?? '') ? -order : order));
  const page = items.slice(0, limit);
  const last = page.at(-1)?.sk?.S;
  return items.length > limit && last !== undefined ? { items: page, next: last } : { items: page };
}

async function readShard(
  { client, table, limit, cursor }: ShardedQuery,
  partition: string,
  from: string,
  until: string,
  isAscending: boolean,
): Promise<Item[]> {
  const items: Item[] = [];
  let start: Item | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :until',
        ExpressionAttributeValues: {
          ':pk': text(partition),
          ':from': text(from),
          ':until': text(until),
        },
        ScanIndexForward: isAscending,
        ConsistentRead: true,
        // BETWEEN includes its ends, and a cursor's own entry was shown before.
        Limit: limit + 2 - items.length,
        ...(start ? { ExclusiveStartKey: start } : {}),
      }),
    );
    items.push(...(page.Items ?? []).filter((item) => item.sk?.S !== cursor));
    start = page.LastEvaluatedKey;
  } while (start && items.length <= limit);
  return items.slice(0, limit + 1);
}
