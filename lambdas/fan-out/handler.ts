// The fan-out function: batches of the events queue.
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { openEvents } from '../adapters/data-vault.ts';
import { createDynamoDb } from '../adapters/dynamodb.ts';
import { createEventLedger } from '../adapters/ledger-events.ts';
import { log } from '../adapters/log.ts';
import { createQueues, createSqs, queueUrls } from '../adapters/queues.ts';
import { createRegistry } from '../adapters/registry.ts';
import { createSecrets, secretArns } from '../adapters/secrets.ts';
import { readSettings, surroundings, variable } from '../adapters/surroundings.ts';
import { batchResponse } from '../core/failed-record.ts';
import { Env } from '../environment.ts';
import { type FanOutPorts, fanOut } from './fan-out.ts';

const dynamoDb = createDynamoDb();
const settings = readSettings();
const secrets = createSecrets(secretArns(), surroundings);
const ports: FanOutPorts = {
  ledger: createEventLedger(dynamoDb, variable(Env.ledgerTable), settings),
  registry: createRegistry(dynamoDb, variable(Env.registryTable), surroundings),
  queues: createQueues(createSqs(), queueUrls()),
  surroundings,
  settings,
  ...(settings.sealEventData ? { open: (events) => openEvents({ secrets }, events) } : {}),
};

export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const failed = await fanOut(ports, event.Records);
  for (const { messageId, error } of failed) log.error('fan-out failed', error, { messageId });
  return batchResponse(failed);
}
