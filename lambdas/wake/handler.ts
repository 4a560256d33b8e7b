// The wake function: batches of the wakes queue.
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createDynamoDb } from '../adapters/dynamodb.ts';
import { createDeliveryLedger } from '../adapters/ledger-deliveries.ts';
import { createHealthLedger } from '../adapters/ledger-health.ts';
import { createWorkLedger } from '../adapters/ledger-work.ts';
import { log } from '../adapters/log.ts';
import { createQueues, createSqs, queueUrls } from '../adapters/queues.ts';
import { createRegistry } from '../adapters/registry.ts';
import { readSettings, surroundings, variable } from '../adapters/surroundings.ts';
import { createWakes } from '../adapters/wakes.ts';
import { createOperatorNotices } from '../core/operator-notices.ts';
import { Env } from '../environment.ts';
import type { WakePorts } from './send-due.ts';
import { wake } from './wake.ts';

const dynamoDb = createDynamoDb();
const ledgerTable = variable(Env.ledgerTable);
const registry = createRegistry(dynamoDb, variable(Env.registryTable), surroundings);
const queues = createQueues(createSqs(), queueUrls());
const settings = readSettings();
const ports: WakePorts = {
  settings,
  work: createWorkLedger(dynamoDb, ledgerTable),
  ledger: createDeliveryLedger(dynamoDb, ledgerTable, settings),
  health: createHealthLedger(dynamoDb, ledgerTable),
  queues,
  wakes: createWakes(dynamoDb, ledgerTable, surroundings),
  surroundings,
  events: createOperatorNotices({ registry, queues }),
};

export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const failed = await wake(ports, event.Records, () => context.getRemainingTimeInMillis());
  for (const { messageId, error } of failed) log.error('wake failed', error, { messageId });
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}
