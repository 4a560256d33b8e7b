// What an instance of a function reaches, and the adapters over it.
import { type DynamoDb, tableOf } from '../../../lambdas/adapters/aws/dynamodb/calls.ts';
import type { SecretsManager } from '../../../lambdas/adapters/aws/secrets-calls.ts';
import type { Sqs } from '../../../lambdas/adapters/aws/sqs-calls.ts';
import { createDeliveryLedger } from '../../../lambdas/adapters/ledger/deliveries.ts';
import { createEventLedger } from '../../../lambdas/adapters/ledger/events.ts';
import { createHealthLedger } from '../../../lambdas/adapters/ledger/health.ts';
import { createQuestionLedger } from '../../../lambdas/adapters/ledger/mails/questions.ts';
import { createNoticeLedger } from '../../../lambdas/adapters/ledger/notices.ts';
import { createSessionStore } from '../../../lambdas/adapters/ledger/sessions.ts';
import { createWakes } from '../../../lambdas/adapters/ledger/wakes.ts';
import { createQueues } from '../../../lambdas/adapters/queues/queues.ts';
import { createRegistry } from '../../../lambdas/adapters/registry/registry.ts';
import { withTokens } from '../../../lambdas/adapters/registry/tokens.ts';
import { createSecrets } from '../../../lambdas/adapters/secrets.ts';
import type { Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import type { TestDeliveries } from '../../../lambdas/core/deliveries/test.ts';
import type { Sender } from '../../../lambdas/core/requests/sender.ts';
import type { Settings } from '../../../lambdas/core/settings.ts';
import type { Surroundings } from '../../../lambdas/core/surroundings.ts';
import type { formRequest } from '../../../lambdas/dispatch/request.ts';
import { LEDGER_TABLE, REGISTRY_TABLE } from '../memory/dynamodb/service.ts';
import type { MemoryScheduler } from '../memory/scheduler.ts';
import { urlOf } from '../memory/sqs.ts';

/** What one instance reaches, each call passing its life and the conditions. */
export interface Services {
  readonly dynamoDb: DynamoDb;
  readonly sqs: Sqs;
  readonly secretsManager: SecretsManager;
  readonly scheduling: MemoryScheduler['create'];
  readonly sender: Sender;
  readonly tests: TestDeliveries;
  readonly surroundings: Surroundings;
  readonly settings: Settings;
  readonly form: typeof formRequest;
  readonly remainingMs: () => number;
  /** Told of each attempt that is on record. */
  readonly onAttempt: (delivery: Delivery) => void;
}

export const QUEUE_URLS = {
  events: urlOf('events'),
  deliveries: urlOf('deliveries'),
  slow: urlOf('slow'),
  retries: urlOf('retries'),
  wakes: urlOf('wakes'),
};
export const SECRET_ARNS = { sealing: 'sealing', operator: 'operator' };

/** The adapters, as every function has them. */
export function adaptersOf(services: Services) {
  const { dynamoDb, settings, surroundings } = services;
  const ledgerTable = tableOf(dynamoDb, LEDGER_TABLE);
  const registryTable = tableOf(dynamoDb, REGISTRY_TABLE);
  const secrets = createSecrets(SECRET_ARNS, surroundings, services.secretsManager);
  const events = createEventLedger(ledgerTable, settings);
  const stored = createRegistry(registryTable, surroundings, events);
  return {
    ledgerTable,
    registryTable,
    secrets,
    /** Endpoints' tokens stand in it as they are stored. */
    stored,
    registry: withTokens({ secrets, surroundings }, stored),
    events,
    deliveries: createDeliveryLedger(ledgerTable, settings),
    health: createHealthLedger(ledgerTable),
    questions: createQuestionLedger(ledgerTable),
    notices: createNoticeLedger(ledgerTable),
    sessions: createSessionStore(ledgerTable),
    wakes: createWakes(
      ledgerTable,
      surroundings,
      services.scheduling as never, // it takes what the adapter gives
    ),
    queues: createQueues(services.sqs, QUEUE_URLS),
  };
}

/** Where dead letters lie, and where they go back to. */
export const DEAD_LETTER_URLS = Object.fromEntries(
  Object.entries(QUEUE_URLS).map(([name, to]) => [name, { from: urlOf(`dead-${name}`), to }]),
) as Readonly<Record<keyof typeof QUEUE_URLS, { readonly from: string; readonly to: string }>>; // its names
