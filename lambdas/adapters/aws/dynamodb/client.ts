// DynamoDB calls that every table needs: batches that go on until all is done, conditions as values.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { PartlyRefusedError } from '../../../core/errors.ts';
import { inParallel } from '../../../core/in-parallel.ts';
import { CLIENT_OPTIONS } from '../client-options.ts';
import { createDirectCalls } from '../direct-calls.ts';
import { inRounds } from '../rounds.ts';
import { CONDITION_FAILED, type DynamoDb, type DynamoDbOperations, type Table } from './calls.ts';
import { decodeOutput, encodeInput } from './json.ts';

export type Item = Record<string, AttributeValue>;

const WRITES_PER_CALL = 25;
const READS_PER_CALL = 100;
/** For what DynamoDB leaves unprocessed (throttling). */
const ROUNDS = { rounds: 6, pauseMs: 50 };

export function createDynamoDb(): DynamoDb {
  return createDirectCalls({
    name: 'dynamodb',
    variableName: 'DYNAMODB',
    targetPrefix: 'DynamoDB_20120810',
    jsonVersion: '1.0',
    encode: encodeInput,
    decode: decodeOutput,
    errorOf: (name, message) =>
      name === CONDITION_FAILED ? Object.assign(new Error(message), { name }) : undefined,
    loadSdk: async () => (await import('#on-demand/dynamodb')).createDynamoDbBySdk(CLIENT_OPTIONS),
  });
}

/**
 * Puts items; of several with the same key the last one. Resolves to the indexes of those that could
 * not be put.
 * @param put puts items of different keys in a call or some, and gives those that are left
 */
export async function batchPut(
  table: Table,
  items: readonly Item[],
  put: (chunk: readonly Item[]) => Promise<readonly Item[]> = (chunk) =>
    inRounds(ROUNDS, chunk, (some) => putOnce(table, some)),
): Promise<ReadonlySet<number>> {
  // DynamoDB refuses a batch in which a key is repeated, and SQS may deliver a message twice.
  const unique = new Map(items.map((item) => [keyText(item), item]));
  const chunks = chunksOf([...unique.values()], WRITES_PER_CALL);
  const refused = new Set((await inParallel(chunks, chunks.length, put)).flat().map(keyText));
  return new Set([...items.keys()].filter((index) => refused.has(keyText(items[index] ?? {}))));
}

/** Puts items of different keys in one call. @returns those that DynamoDB left unprocessed */
export async function putOnce(
  table: Table,
  items: readonly Item[],
  signal?: AbortSignal,
): Promise<Item[]> {
  const requests = items.map((item) => ({ PutRequest: { Item: item } }));
  const input = { RequestItems: { [table.name]: requests } };
  const answer = await table.client.call('BatchWriteItem', input, signal);
  const unprocessed = answer.UnprocessedItems?.[table.name] ?? [];
  return unprocessed.flatMap(({ PutRequest }) => (PutRequest?.Item ? [PutRequest.Item] : []));
}

/** Reads items by their keys, consistently. @throws PartlyRefusedError if some stay unprocessed */
export async function batchGet(table: Table, keys: readonly Item[]): Promise<Item[]> {
  const unique = [...new Map(keys.map((key) => [keyText(key), key])).values()];
  const found = await Promise.all(
    chunksOf(unique, READS_PER_CALL).map(async (chunk) => {
      const items: Item[] = [];
      const left = await inRounds(ROUNDS, chunk, async (some) => {
        const answer = await table.client.call('BatchGetItem', {
          RequestItems: { [table.name]: { Keys: [...some], ConsistentRead: true } },
        });
        items.push(...(answer.Responses?.[table.name] ?? []));
        return answer.UnprocessedKeys?.[table.name]?.Keys ?? [];
      });
      if (left.length > 0) throw new PartlyRefusedError('DynamoDB', left.length, chunk.length);
      return items;
    }),
  );
  return found.flat();
}

/** Reads an item by its key, consistently. */
export async function getItem(table: Table, key: Item): Promise<Item | undefined> {
  return (await table.call('GetItem', { Key: key, ConsistentRead: true })).Item;
}

/** The pages of a query to its end, each read when it is asked for. */
export async function* pagesOf(
  table: Table,
  query: Omit<DynamoDbOperations['Query']['input'], 'TableName'>,
): AsyncGenerator<Item[]> {
  let next: typeof query | undefined = query;
  while (next) {
    const { Items, LastEvaluatedKey }: DynamoDbOperations['Query']['output'] = await table.call(
      'Query',
      next,
    );
    yield Items ?? [];
    next = LastEvaluatedKey && { ...query, ExclusiveStartKey: LastEvaluatedKey };
  }
}

/** Puts an item unless there is one with its key. @returns whether it was put */
export function putIfNew(table: Table, item: Item): Promise<boolean> {
  return whenHolds(
    table.call('PutItem', {
      Item: item,
      ConditionExpression: 'attribute_not_exists(pk)',
    }),
  );
}

/** Runs a conditional write: true if it was done, false if its condition did not hold. */
export async function whenHolds(write: Promise<unknown>): Promise<boolean> {
  return (await answerWhenHolds(write.then(() => true))) === true;
}

/** Runs a conditional write: its answer, or undefined if its condition did not hold. */
export async function answerWhenHolds<T>(write: Promise<T>): Promise<T | undefined> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof Error && error.name === CONDITION_FAILED) return undefined;
    throw error;
  }
}

export function chunksOf<T>(entries: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let start = 0; start < entries.length; start += size) {
    chunks.push(entries.slice(start, start + size));
  }
  return chunks;
}

function keyText(item: Item): string {
  return `${item.pk?.S}\n${item.sk?.S}`;
}

/** Attribute values; undefined stays undefined. */
export function text(value: string): AttributeValue;
export function text(value: string | undefined): AttributeValue | undefined;
export function text(value: string | undefined): AttributeValue | undefined {
  return value === undefined ? undefined : { S: value };
}
export function number(value: number): AttributeValue;
export function number(value: number | undefined): AttributeValue | undefined;
export function number(value: number | undefined): AttributeValue | undefined {
  return value === undefined ? undefined : { N: String(value) };
}
export function numberIn(value: AttributeValue | undefined): number | undefined {
  return value?.N === undefined ? undefined : Number(value.N);
}
