// The fan-out function: batches of the events queue.
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { openEvents } from '../adapters/data-vault.ts';
import { createDynamoDb } from '../adapters/dynamodb.ts';
import { createEventLedger } from '../adapters/ledger-events.ts';
import { log } from '../adapters/log.ts';
import { countFaults, metered, metrics } from '../adapters/metrics.ts';
import { createQueues, createSqs, queueUrls } from '../adapters/queues.ts';
import { createRegistry } from '../adapters/registry.ts';
import { createSecrets, secretArns } from '../adapters/secrets.ts';
import { readSettings, surroundings, variable } from '../adapters/surroundings.ts';
import { batchResponse } from '../core/failed-record.ts';
import { OPERATOR_TENANT } from '../core/operational-event.ts';
import { Env } from '../environment.ts';
import { type FanOutPorts, fanOut } from './fan-out.ts';

const dynamoDb = createDynamoDb();
const settings = readSettings();
const queues = createQueues(createSqs(), queueUrls());
const secrets = createSecrets(secretArns(), surroundings);
const ports: FanOutPorts = {
  ledger: createEventLedger(dynamoDb, variable(Env.ledgerTable), settings),
  registry: createRegistry(dynamoDb, variable(Env.registryTable), surroundings),
  queues: {
    async sendDeliveries(messages) {
      const refused = await queues.sendDeliveries(messages);
      messages.forEach(({ environment: env }, index) => {
        if (!refused.has(index)) metrics.count('DeliveriesCreated', { env });
      });
      return refused;
    },
  },
  surroundings,
  settings,
  report(events) {
    // Our own notices are no producer's: see EventsAccepted.
    for (const { tenant, environment: env } of events) {
      if (tenant !== OPERATOR_TENANT) metrics.count('EventsFannedOut', { env });
    }
  },
  ...(settings.sealEventData ? { open: (events) => openEvents({ secrets }, events) } : {}),
};

export const handler = metered(async (event: SQSEvent): Promise<SQSBatchResponse> => {
  const failed = await fanOut(ports, event.Records);
  countFaults('fan-out', failed.length);
  for (const { messageId, error } of failed) log.error('fan-out failed', error, { messageId });
  return batchResponse(failed);
});
