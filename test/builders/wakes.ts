// The wake directory over DynamoDB in memory, with schedules that are made and never fire.
import { tableOf } from '../../lambdas/adapters/aws/dynamodb/calls.ts';
import { createWakes } from '../../lambdas/adapters/ledger/wakes.ts';
import { createCallCounts } from '../../local/simulation/memory/call-counts.ts';
import {
  createMemoryDynamoDb,
  LEDGER_TABLE,
} from '../../local/simulation/memory/dynamodb/service.ts';

/** @param nowMs an entry is never made in a bucket that was over by then */
export function memoryWakes(nowMs: () => number = () => 0, counts = createCallCounts()) {
  const dynamoDb = createMemoryDynamoDb(counts, { nowMs });
  const table = tableOf(dynamoDb, LEDGER_TABLE);
  return createWakes(table, { now: nowMs }, async () => 'created');
}
