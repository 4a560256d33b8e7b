// The dispatch function's ports, put together once for each instance.
import { tableOf } from '../adapters/aws/dynamodb/calls.ts';
import { createDynamoDb } from '../adapters/aws/dynamodb/client.ts';
import { countStates } from '../adapters/ledger/counted.ts';
import { createDeliveryLedger } from '../adapters/ledger/deliveries.ts';
import { createEventLedger } from '../adapters/ledger/events.ts';
import { createHealthLedger } from '../adapters/ledger/health.ts';
import { createNoticeLedger } from '../adapters/ledger/notices.ts';
import { openingEvents, sealingDeliveries } from '../adapters/ledger/vault.ts';
import { createWakes } from '../adapters/ledger/wakes.ts';
import { log } from '../adapters/log.ts';
import { metrics } from '../adapters/metrics.ts';
import { createQueues, createSqs, ENTRIES_PER_CALL, queueUrls } from '../adapters/queues/queues.ts';
import { createKeyringStore, createSigningKeyCache } from '../adapters/registry/keyring.ts';
import { createRegistry } from '../adapters/registry/registry.ts';
import { withTokens } from '../adapters/registry/tokens.ts';
import { createSecrets, secretArns } from '../adapters/secrets.ts';
import { createSender } from '../adapters/sender/sender.ts';
import { afterAMoment, shareSends } from '../adapters/shared-calls.ts';
import {
  readDestinationRules,
  readSettings,
  surroundings,
  variable,
} from '../adapters/surroundings.ts';
import { createTransformer } from '../adapters/transformer.ts';
import { createNotices } from '../core/operator/all.ts';
import { Env } from '../environment.ts';
import { logAttempt } from './attempt-log.ts';
import { countAttempt } from './attempt-metrics.ts';
import type { DispatchPorts } from './dispatch.ts';
import { createEndpointCache } from './endpoint-cache.ts';
import { fewAtATime } from './few-at-a-time.ts';
import { createHealthWatch } from './health-watch.ts';
import { createOutcomeWriter } from './outcome-writer.ts';
import { formRequest } from './request.ts';
import { createSlowWatch } from './slow-watch.ts';
import type { TestPorts } from './test-delivery.ts';

const settings = readSettings();
const dynamoDb = createDynamoDb();
const ledgerTable = variable(Env.ledgerTable);
const secrets = createSecrets(secretArns(), surroundings);
const deliveries = countStates(
  createDeliveryLedger(tableOf(dynamoDb, ledgerTable), settings),
  metrics,
);
const stored = createEventLedger(tableOf(dynamoDb, ledgerTable), settings);
const ledger = {
  ...openingEvents({ secrets }, stored),
  ...fewAtATime(
    settings.sealEventData ? sealingDeliveries({ secrets, surroundings }, deliveries) : deliveries,
  ),
};
const healthLedger = createHealthLedger(tableOf(dynamoDb, ledgerTable));
const registry = withTokens(
  { secrets, surroundings },
  createRegistry(tableOf(dynamoDb, variable(Env.registryTable)), surroundings, stored),
);
const signingKeys = createSigningKeyCache(
  createKeyringStore(tableOf(dynamoDb, variable(Env.registryTable))),
  secrets,
  surroundings,
);
const sqs = createQueues(createSqs(), queueUrls());
const queues = { ...sqs, sendRetries: shareSends(sqs.sendRetries, afterAMoment(ENTRIES_PER_CALL)) };
const wakes = createWakes(tableOf(dynamoDb, ledgerTable), surroundings);
const notices = createNoticeLedger(tableOf(dynamoDb, ledgerTable));
const events = createNotices({ registry, queues, notices, wakes, surroundings });
const warn = (message: string, error: unknown): void => log.warn(message, { error: String(error) });
const opening = { registry, secrets, signingKeys, surroundings };
export const ports: DispatchPorts = {
  ledger,
  endpoints: createEndpointCache(opening),
  queues,
  wakes,
  rates: healthLedger,
  health: createHealthWatch({
    ledger: healthLedger,
    wakes,
    queues,
    surroundings,
    events,
    tripFailures: settings.tripFailures,
  }),
  events,
  form: formRequest,
  transform: createTransformer(registry),
  sender: createSender(readDestinationRules(), surroundings),
  watchSlow: createSlowWatch({ registry, surroundings, events, warn }),
  surroundings,
  settings,
  writeDelivered: createOutcomeWriter(ledger),
  report(line) {
    logAttempt(line);
    countAttempt(line);
  },
  warn,
};

/** A test uses the current settings of its endpoint: it does not use the cache. */
export const testPorts: TestPorts = {
  ...ports,
  endpoints: (refs) => createEndpointCache(opening)(refs),
};
