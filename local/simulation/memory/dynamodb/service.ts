// DynamoDB in memory, under the same adapters as on AWS. One conformance suite ties it to dynalite (test/conformance).
import {
  CONDITION_FAILED,
  type DynamoDb,
  type DynamoDbOperations,
} from '../../../../lambdas/adapters/aws/dynamodb/calls.ts';
import type { Item } from '../../../../lambdas/adapters/aws/dynamodb/client.ts';
import { WORK_INDEX } from '../../../../lambdas/environment.ts';
import type { CallCounts } from '../call-counts.ts';
import { type Bindings, conditionOf, keyRangeOf, updateOf } from './expressions.ts';
import { MemoryTable, TooLargeError, unitsOf } from './table.ts';

export const LEDGER_TABLE = 'ledger';
export const REGISTRY_TABLE = 'registry';

const MAX_WRITES = 25;
const MAX_READS = 100;
const READ_UNIT_BYTES = 4096;

export interface MemoryDynamoDb extends DynamoDb {
  readonly ledger: MemoryTable;
  readonly registry: MemoryTable;
}

export interface DynamoDbConditions {
  readonly nowMs: () => number;
  /** How far the ledger's index is behind, milliseconds. */
  readonly indexLagMs?: () => number;
}

type Input<Name extends keyof DynamoDbOperations> = DynamoDbOperations[Name]['input'];

export function createMemoryDynamoDb(
  counts: CallCounts,
  { nowMs, indexLagMs = () => 0 }: DynamoDbConditions,
): MemoryDynamoDb {
  const ledger = new MemoryTable(nowMs, { hash: 'wk', range: 'wat', lagMs: indexLagMs });
  const registry = new MemoryTable(nowMs);
  const tables: Readonly<Record<string, MemoryTable>> = {
    [LEDGER_TABLE]: ledger,
    [REGISTRY_TABLE]: registry,
  };

  function tableOf(name: string | undefined): MemoryTable {
    const table = tables[name ?? ''];
    if (!table) throw named('ResourceNotFoundException', `there is no table ${name}`);
    return table;
  }

  function countRead(bytes: number, isConsistent: boolean, partition: string | undefined): void {
    const units = Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) * (isConsistent ? 1 : 0.5);
    if (partition?.startsWith('wake#')) counts.sweepRead(units);
    else counts.read(units);
  }

  function put(table: MemoryTable, item: Item): void {
    try {
      const units = table.put(item);
      if (item.pk?.S === 'swept') counts.sweepWrite(units);
      else counts.write(units);
    } catch (error) {
      if (!(error instanceof TooLargeError)) throw error;
      throw named('ValidationException', 'Item size has exceeded the maximum allowed size');
    }
  }

  /** A write whose condition does not hold is billed like one that is done. */
  function check(
    input: Bindings & { readonly ConditionExpression?: string | undefined },
    found: Item | undefined,
    bytes: number,
  ): void {
    const { ConditionExpression: text } = input;
    if (text === undefined || conditionOf(text)(found ?? {}, input)) return;
    counts.write(unitsOf(bytes));
    throw named(CONDITION_FAILED, 'The conditional request failed');
  }

  const operations: {
    readonly [Name in keyof DynamoDbOperations]: (
      input: Input<Name>,
    ) => DynamoDbOperations[Name]['output'];
  } = {
    GetItem(input) {
      const found = tableOf(input.TableName).get(input.Key ?? {});
      countRead(found?.bytes ?? 0, true, undefined);
      return { Item: found?.item };
    },
    BatchGetItem({ RequestItems = {} }) {
      const Responses: Record<string, Item[]> = {};
      for (const [name, { Keys = [] }] of Object.entries(RequestItems)) {
        if (Keys.length > MAX_READS) throw named('ValidationException', 'too many keys');
        Responses[name] = Keys.flatMap((key) => {
          const found = tableOf(name).get(key);
          countRead(found?.bytes ?? 0, true, undefined);
          return found ? [found.item] : [];
        });
      }
      return { Responses };
    },
    Query(input) {
      const isByIndex = input.IndexName === WORK_INDEX;
      const range = keyRangeOf(input.KeyConditionExpression ?? '')(input);
      const { items, bytes, lastKey } = tableOf(input.TableName).query({
        range,
        isByIndex,
        isForward: input.ScanIndexForward ?? true,
        limit: input.Limit ?? Number.POSITIVE_INFINITY,
        startKey: input.ExclusiveStartKey,
      });
      if (isByIndex && input.ConsistentRead)
        throw named('ValidationException', 'no consistent read');
      countRead(bytes, input.ConsistentRead ?? false, range.hash);
      return { Items: items, LastEvaluatedKey: lastKey };
    },
    PutItem(input) {
      const table = tableOf(input.TableName);
      const item = written(input.Item);
      const found = table.get(item);
      check(input, found?.item, found?.bytes ?? 0);
      put(table, item);
      return {};
    },
    UpdateItem(input) {
      const table = tableOf(input.TableName);
      const key = input.Key ?? {};
      const found = table.get(key);
      check(input, found?.item, found?.bytes ?? 0);
      const after = updateOf(input.UpdateExpression ?? '')(found?.item ?? key, input);
      put(table, after);
      return { Attributes: after };
    },
    DeleteItem(input) {
      const table = tableOf(input.TableName);
      const found = table.get(input.Key ?? {});
      check(input, found?.item, found?.bytes ?? 0);
      counts.write(table.delete(input.Key ?? {}));
      return {};
    },
    BatchWriteItem({ RequestItems = {} }) {
      for (const [name, requests] of Object.entries(RequestItems)) {
        const items = requests.map(({ PutRequest }): Item => PutRequest?.Item ?? {});
        const keys = new Set(items.map(({ pk, sk }) => `${pk?.S}\n${sk?.S}`));
        if (items.length > MAX_WRITES || keys.size < items.length) {
          throw named('ValidationException', 'too many requests, or two of one key');
        }
        for (const item of items) put(tableOf(name), written(item));
      }
      return {};
    },
  };

  return {
    ledger,
    registry,
    async call(operation, input) {
      const run = operations[operation] as (given: typeof input) => never; // of the same name
      return run(input);
    },
  };
}

/** Without what the caller left undefined, as it is encoded. */
function written(item: Item | undefined): Item {
  const copy: Item = {};
  for (const [name, value] of Object.entries(item ?? {}))
    if (value !== undefined) copy[name] = value;
  return copy;
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
