// The wake function: batches of the wakes queue.
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createDynamoDb } from '../adapters/aws/dynamodb/client.ts';
import { countStates } from '../adapters/ledger/counted.ts';
import { createDeliveryLedger } from '../adapters/ledger/deliveries.ts';
import { createEventLedger } from '../adapters/ledger/events.ts';
import { createHealthLedger } from '../adapters/ledger/health.ts';
import { createRedactionLedger } from '../adapters/ledger/redaction.ts';
import { createReplayLedger } from '../adapters/ledger/replays.ts';
import { createWakes } from '../adapters/ledger/wakes.ts';
import { createWorkLedger } from '../adapters/ledger/work.ts';
import { log } from '../adapters/log.ts';
import { countFaults, metered, metrics } from '../adapters/metrics.ts';
import { createQueues, createSqs, queueUrls } from '../adapters/queues/queues.ts';
import { createRegistry } from '../adapters/registry/registry.ts';
import { createSealedEndpoints } from '../adapters/registry/sealed-endpoints.ts';
import { createTemplates } from '../adapters/registry/templates.ts';
import { readSettings, surroundings, variable } from '../adapters/surroundings.ts';
import { batchResponse } from '../core/deliveries/failed-record.ts';
import { createOperatorNotices } from '../core/operator/notices.ts';
import { Env } from '../environment.ts';
import { type CleanupPorts, cleanUp } from './erase.ts';
import { type ReplayPorts, replay } from './replay.ts';
import type { WakePorts } from './send-due.ts';
import { wake } from './wake.ts';
import { workOff } from './work-off.ts';

const dynamoDb = createDynamoDb();
const ledgerTable = variable(Env.ledgerTable);
const registry = createRegistry(dynamoDb, variable(Env.registryTable), surroundings);
const queues = createQueues(createSqs(), queueUrls());
const settings = readSettings();
const deliveryLedger = countStates(createDeliveryLedger(dynamoDb, ledgerTable, settings), metrics);
const ports: WakePorts = {
  settings,
  work: createWorkLedger(dynamoDb, ledgerTable),
  ledger: deliveryLedger,
  health: createHealthLedger(dynamoDb, ledgerTable),
  queues,
  wakes: createWakes(dynamoDb, ledgerTable, surroundings),
  surroundings,
  events: createOperatorNotices({ registry, queues }),
};

const ledger = {
  ...createEventLedger(dynamoDb, ledgerTable, settings),
  ...deliveryLedger,
};
const replayPorts: ReplayPorts = {
  ...ports,
  replays: createReplayLedger(dynamoDb, ledgerTable, settings),
  ledger,
  registry,
  queues,
};

const cleanupPorts: CleanupPorts = {
  registry,
  endpoints: createSealedEndpoints(dynamoDb, variable(Env.registryTable)),
  templates: createTemplates(dynamoDb, variable(Env.registryTable)),
  replays: replayPorts.replays,
  ledger: { ...ledger, ...createRedactionLedger(dynamoDb, ledgerTable) },
  settings,
  queues,
  surroundings,
};

async function handle(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const remainingMs = () => context.getRemainingTimeInMillis();
  let wakes = 0;
  const failed = await workOff(event.Records, (message) => {
    switch (message.kind) {
      case 'wake':
        wakes++;
        return wake(ports, message, remainingMs);
      case 'redaction':
      case 'erasure':
        return cleanUp(cleanupPorts, message, remainingMs);
      case 'replay':
        return replay(replayPorts, message, remainingMs);
      default:
        return message satisfies never;
    }
  });
  metrics.count('WakesHandled', {}, wakes);
  countFaults('wake', failed.length);
  for (const { messageId, error } of failed) log.error('wake failed', error, { messageId });
  return batchResponse(failed);
}

export const handler = metered(handle);
