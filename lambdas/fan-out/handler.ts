// The fan-out function: batches of the events queue.

import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { tableOf } from '../adapters/aws/dynamodb/calls.ts';
import { createDynamoDb } from '../adapters/aws/dynamodb/client.ts';
import { createEventLedger } from '../adapters/ledger/events.ts';
import { openEvents } from '../adapters/ledger/vault.ts';
import { log } from '../adapters/log.ts';
import { metered, metrics } from '../adapters/metrics.ts';
import { answerBatch } from '../adapters/queue-batch.ts';
import { createQueues, createSqs, queueUrls } from '../adapters/queues/queues.ts';
import { createRegistry } from '../adapters/registry/registry.ts';
import { createSecrets, secretArns } from '../adapters/secrets.ts';
import { readSettings, surroundings, variable } from '../adapters/surroundings.ts';
import { isReserved } from '../core/events/reserved.ts';
import { createFilterNotices } from '../core/operator/filter-notices.ts';
import { OPERATOR_TENANT } from '../core/scope.ts';
import { Env } from '../environment.ts';
import { type FanOutPorts, fanOut } from './fan-out.ts';

const dynamoDb = createDynamoDb();
const settings = readSettings();
const ledger = createEventLedger(tableOf(dynamoDb, variable(Env.ledgerTable)), settings);
const secrets = createSecrets(secretArns(), surroundings);
const queues = createQueues(createSqs(), queueUrls());
const filterNotices = createFilterNotices(() => surroundings.now());
const ports: FanOutPorts = {
  ledger,
  registry: createRegistry(tableOf(dynamoDb, variable(Env.registryTable)), surroundings, ledger),
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
  filterNotices,
  reportOverBudget({ tenant, environment: env, id: eventId }, endpoints) {
    metrics.count('FiltersOverBudget', { env }, endpoints.length);
    const some = endpoints.slice(0, 10).map(({ id }) => id);
    log.warn('filters over budget', { tenant, environment: env, eventId, endpoints: some });
  },
  reportRulesOverBudget({ tenant, environment: env, id: eventId }, rules) {
    metrics.count('FiltersOverBudget', { env }, rules.length);
    log.warn('routing rules over budget', { tenant, environment: env, eventId, rules });
  },
  ...(settings.sealEventData ? { open: (events) => openEvents({ secrets }, events) } : {}),
  report(events) {
    // Our own notices are no producer's: see EventsAccepted.
    for (const { tenant, type, environment: env } of events) {
      if (tenant !== OPERATOR_TENANT && !isReserved(type))
        metrics.count('EventsFannedOut', { env });
    }
  },
};

export const handler = metered(
  ({ Records }: SQSEvent): Promise<SQSBatchResponse> =>
    answerBatch('fan-out', Records, () => fanOut(ports, Records)),
);
