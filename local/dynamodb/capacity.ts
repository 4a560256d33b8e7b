// Units that DynamoDB bills for a call, read from what dynalite says that it consumed; what the call
// did to indexes, which dynalite does not count, is found by looking at the items before and after.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
import { isObject, type Json, type JsonObject, listOf, textOf } from '../json.ts';

interface Capacity {
  readonly readUnits: number;
  readonly writeUnits: number;
}

const WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']);

export function isWrite(operation: string): boolean {
  return WRITES.has(operation);
}

/** The request as dynalite is to see it: asked for what it consumed. */
export function askingForCapacity(body: JsonObject): string {
  return JSON.stringify({ ...body, ReturnConsumedCapacity: 'TOTAL' });
}

export function capacityIn(operation: string, answer: JsonObject): Capacity {
  const consumed = answer.ConsumedCapacity;
  const tables = Array.isArray(consumed) ? consumed : [consumed ?? null];
  const units = tables.reduce<number>(
    (sum, table) => sum + (isObject(table) ? Number(table.CapacityUnits ?? 0) : 0),
    0,
  );
  return isWrite(operation)
    ? { readUnits: 0, writeUnits: units }
    : { readUnits: units, writeUnits: 0 };
}

/** A failed condition costs the write unit of the item as it is: at least one. */
export const FAILED_CONDITION: Capacity = { readUnits: 0, writeUnits: 1 };

export interface WrittenKey {
  readonly table: string;
  readonly key: JsonObject;
}

/** The keys of the items that a call writes. @param keyNames attribute names of the table's key */
export function writtenKeys(
  operation: string,
  body: JsonObject,
  keyNames: readonly string[],
): WrittenKey[] {
  const keyOf = (item: Json | undefined): JsonObject =>
    Object.fromEntries(keyNames.map((name) => [name, (isObject(item) && item[name]) || null]));
  const table = textOf(body.TableName);
  switch (operation) {
    case 'PutItem':
      return [{ table, key: keyOf(body.Item) }];
    case 'UpdateItem':
    case 'DeleteItem':
      return [{ table, key: keyOf(body.Key) }];
    case 'BatchWriteItem': {
      const requests = isObject(body.RequestItems) ? Object.entries(body.RequestItems) : [];
      return requests.flatMap(([name, entries]) =>
        listOf(entries).flatMap((entry) => {
          if (!isObject(entry)) return [];
          const put = isObject(entry.PutRequest) ? entry.PutRequest.Item : undefined;
          const removed = isObject(entry.DeleteRequest) ? entry.DeleteRequest.Key : undefined;
          return [{ table: name, key: keyOf(put ?? removed) }];
        }),
      );
    }
    default:
      return [];
  }
}

/**
 * Write units of a keys-only index for one item: an entry that comes or goes costs one, one that moves
 * costs two, one that stays none.
 * @param before the index key's attributes before the write, absent if the item was not in the index
 */
export function indexUnits(before: string | undefined, after: string | undefined): number {
  if (before === after) return 0;
  return (before === undefined ? 0 : 1) + (after === undefined ? 0 : 1);
}

/** An item's place in an index, as text to compare, or undefined if it is not in it. */
export function placeInIndex(
  item: Json | undefined,
  indexKeys: readonly string[],
): string | undefined {
  if (!isObject(item)) return undefined;
  if (indexKeys.some((name) => item[name] === undefined)) return undefined;
  return JSON.stringify(indexKeys.map((name) => item[name] ?? null));
}
