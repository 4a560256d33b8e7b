// The ingest function: events come in.

import { tableOf } from '../adapters/aws/dynamodb/calls.ts';
import { createDynamoDb } from '../adapters/aws/dynamodb/client.ts';
import { createEventLedger } from '../adapters/ledger/events.ts';
import { createSessionLookup } from '../adapters/ledger/sessions.ts';
import { sealingQueue } from '../adapters/ledger/vault.ts';
import { metered, metrics } from '../adapters/metrics.ts';
import { createQueues, createSqs, queueUrls } from '../adapters/queues/queues.ts';
import { createEventTypeReader } from '../adapters/registry/event-types.ts';
import { createRegistry } from '../adapters/registry/registry.ts';
import { createSecrets, secretArns } from '../adapters/secrets.ts';
import { oneAtATime, shareSends } from '../adapters/shared-calls.ts';
import { readSettings, surroundings, variable } from '../adapters/surroundings.ts';
import { OPERATOR_TENANT } from '../core/scope.ts';
import { Env } from '../environment.ts';
import { createApplication } from '../http/application.ts';
import { createAuthentication } from '../http/authentication.ts';
import { createEdge } from '../http/edge.ts';
import { lambdaHandler } from '../http/lambda.ts';
import { createEventTypeGate } from './event-type-gate.ts';
import { countRefusedRequests } from './refusals.ts';
import { addEventRoutes } from './routes.ts';

const dynamoDb = createDynamoDb();
const settings = readSettings();
const secrets = createSecrets(secretArns(), surroundings);
const edge = createEdge(settings, { surroundings, secrets });
export const app = createApplication([], edge);
const ledger = createEventLedger(tableOf(dynamoDb, variable(Env.ledgerTable)), settings);
const sqs = createQueues(createSqs(), queueUrls());
app.use('/v1/events/*', countRefusedRequests);
const authentication = createAuthentication({
  registry: createRegistry(tableOf(dynamoDb, variable(Env.registryTable)), surroundings, ledger),
  sessions: createSessionLookup(tableOf(dynamoDb, variable(Env.ledgerTable))),
  secrets,
  surroundings,
  gate: edge.gate,
});
const queues = settings.sealEventData ? sealingQueue({ secrets, surroundings }, sqs) : sqs;
const sendEvents = shareSends(queues.sendEvents, oneAtATime);
addEventRoutes(app, authentication, {
  ledger,
  queues: {
    async sendEvents(messages) {
      const refused = await sendEvents(messages);
      messages.forEach(({ event: { tenant, environment: env } }, index) => {
        if (refused.has(index) || tenant === OPERATOR_TENANT) return;
        metrics.count('EventsAccepted', { env });
      });
      return refused;
    },
  },
  surroundings,
  judge: createEventTypeGate({
    eventTypes: createEventTypeReader(tableOf(dynamoDb, variable(Env.registryTable))),
    surroundings,
    settings,
    reportOverBudget: () => metrics.count('SchemasOverBudget'),
  }),
});

export const handler = metered(lambdaHandler(app));
