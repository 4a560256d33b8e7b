// The wake function's ports, put together once for each instance.
import { createDynamoDb } from '../adapters/aws/dynamodb/client.ts';
import { countStates } from '../adapters/ledger/counted.ts';
import { createDeliveryLedger } from '../adapters/ledger/deliveries.ts';
import { createEventLedger } from '../adapters/ledger/events.ts';
import { createHealthLedger } from '../adapters/ledger/health.ts';
import { createRedactionLedger } from '../adapters/ledger/redaction.ts';
import { createReplayLedger } from '../adapters/ledger/replays.ts';
import { createWakes } from '../adapters/ledger/wakes.ts';
import { createWorkLedger } from '../adapters/ledger/work.ts';
import { metrics } from '../adapters/metrics.ts';
import { createQueues, createSqs, queueUrls } from '../adapters/queues/queues.ts';
import { createRegistry } from '../adapters/registry/registry.ts';
import { createTemplates } from '../adapters/registry/templates.ts';
import { readSettings, surroundings, variable } from '../adapters/surroundings.ts';
import { createOperatorNotices } from '../core/operator/notices.ts';
import { Env } from '../environment.ts';
import type { CleanupPorts } from './erase.ts';
import type { ReplayPorts } from './replay.ts';
import type { WakePorts } from './send-due.ts';

const dynamoDb = createDynamoDb();
const ledgerTable = variable(Env.ledgerTable);
const registryTable = variable(Env.registryTable);
const health = createHealthLedger(dynamoDb, ledgerTable);
const settings = readSettings();
const events = createEventLedger(dynamoDb, ledgerTable, settings);
const registry = createRegistry(dynamoDb, registryTable, surroundings, events);
const queues = createQueues(createSqs(), queueUrls());

export const ports: WakePorts & ReplayPorts & CleanupPorts = {
  settings,
  work: createWorkLedger(dynamoDb, ledgerTable),
  ledger: {
    ...events,
    ...countStates(createDeliveryLedger(dynamoDb, ledgerTable, settings), metrics),
    ...createRedactionLedger(dynamoDb, ledgerTable),
  },
  health,
  rates: health,
  replays: createReplayLedger(dynamoDb, ledgerTable, settings),
  registry,
  templates: createTemplates(dynamoDb, registryTable, events),
  queues,
  wakes: createWakes(dynamoDb, ledgerTable, surroundings),
  surroundings,
  events: createOperatorNotices({ registry, queues }),
};
