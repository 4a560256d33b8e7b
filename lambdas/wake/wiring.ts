// The wake function's ports, put together once for each instance.
import { createRollups } from '../adapters/analytics/rollups.ts';
import { tableOf } from '../adapters/aws/dynamodb/calls.ts';
import { createDynamoDb } from '../adapters/aws/dynamodb/client.ts';
import { countStates } from '../adapters/ledger/counted.ts';
import { createDeliveryLedger } from '../adapters/ledger/deliveries.ts';
import { createEventLedger } from '../adapters/ledger/events.ts';
import { createHealthLedger } from '../adapters/ledger/health.ts';
import { createNoticeLedger } from '../adapters/ledger/notices.ts';
import { createRedactionLedger } from '../adapters/ledger/redaction.ts';
import { createReplayLedger } from '../adapters/ledger/replays.ts';
import { createSessionStore } from '../adapters/ledger/sessions.ts';
import { createWakes } from '../adapters/ledger/wakes.ts';
import { createWorkLedger } from '../adapters/ledger/work.ts';
import { metrics } from '../adapters/metrics.ts';
import { createQueues, createSqs, queueUrls } from '../adapters/queues/queues.ts';
import { createKeyringStore } from '../adapters/registry/keyring.ts';
import { createRegistry } from '../adapters/registry/registry.ts';
import { createTemplates } from '../adapters/registry/templates.ts';
import { readSettings, surroundings, variable } from '../adapters/surroundings.ts';
import type { NoticePorts } from '../core/notices/tell.ts';
import { createNotices } from '../core/operator/all.ts';
import { Env } from '../environment.ts';
import type { CleanupPorts } from './erase.ts';
import type { ReplayPorts } from './replay.ts';
import type { WakePorts } from './send-due.ts';

const dynamoDb = createDynamoDb();
const ledgerTable = variable(Env.ledgerTable);
const registryTable = variable(Env.registryTable);
const health = createHealthLedger(tableOf(dynamoDb, ledgerTable));
const settings = readSettings();
const events = createEventLedger(tableOf(dynamoDb, ledgerTable), settings);
const registry = createRegistry(tableOf(dynamoDb, registryTable), surroundings, events);
const queues = createQueues(createSqs(), queueUrls());

const notices = createNoticeLedger(tableOf(dynamoDb, ledgerTable));
const wakes = createWakes(tableOf(dynamoDb, ledgerTable), surroundings);

export const ports: WakePorts & ReplayPorts & CleanupPorts & NoticePorts = {
  settings,
  work: createWorkLedger(tableOf(dynamoDb, ledgerTable)),
  ledger: {
    ...events,
    ...countStates(createDeliveryLedger(tableOf(dynamoDb, ledgerTable), settings), metrics),
    ...createRedactionLedger(tableOf(dynamoDb, ledgerTable)),
    ...notices,
  },
  health,
  rates: health,
  replays: createReplayLedger(tableOf(dynamoDb, ledgerTable), settings),
  sessions: createSessionStore(tableOf(dynamoDb, ledgerTable)),
  registry,
  rollups: createRollups(tableOf(dynamoDb, ledgerTable)),
  templates: createTemplates(tableOf(dynamoDb, registryTable), events),
  keyring: createKeyringStore(tableOf(dynamoDb, registryTable)),
  queues,
  notices,
  wakes,
  surroundings,
  events: createNotices({ registry, queues, notices, wakes, surroundings }),
};
