// The wake function: batches of the wakes queue.
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createDynamoDb } from '../adapters/dynamodb.ts';
import { createWorkLedger } from '../adapters/ledger-work.ts';
import { log } from '../adapters/log.ts';
import { createQueues, createSqs, queueUrls } from '../adapters/queues.ts';
import { surroundings, variable } from '../adapters/surroundings.ts';
import { createWakes } from '../adapters/wakes.ts';
import { Env } from '../environment.ts';
import { type WakePorts, wake } from './wake.ts';

const dynamoDb = createDynamoDb();
const ledgerTable = variable(Env.ledgerTable);
const ports: WakePorts = {
  work: createWorkLedger(dynamoDb, ledgerTable),
  queues: createQueues(createSqs(), queueUrls()),
  wakes: createWakes(dynamoDb, ledgerTable, surroundings),
  surroundings,
};

export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const failed = await wake(ports, event.Records, () => context.getRemainingTimeInMillis());
  for (const { messageId, error } of failed) log.error('wake failed', error, { messageId });
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}
