// The api function: everything over HTTPS but the events that come in.

import { createDynamoDb } from '../adapters/aws/dynamodb/client.ts';
import { countStates } from '../adapters/ledger/counted.ts';
import { createDeliveryLedger } from '../adapters/ledger/deliveries.ts';
import { createEventLedger } from '../adapters/ledger/events.ts';
import { createHealthLedger } from '../adapters/ledger/health.ts';
import { createRedactionLedger } from '../adapters/ledger/redaction.ts';
import { createReplayLedger } from '../adapters/ledger/replays.ts';
import { openingDeliveries, openingEvents, sealingDeliveries } from '../adapters/ledger/vault.ts';
import { createWakes } from '../adapters/ledger/wakes.ts';
import { createWorkLedger } from '../adapters/ledger/work.ts';
import { metered, metrics } from '../adapters/metrics.ts';
import { createDeadLetters } from '../adapters/queues/dead-letters.ts';
import { createQueues, createSqs, queueUrls } from '../adapters/queues/queues.ts';
import { createCounts } from '../adapters/registry/counts.ts';
import { createEventTypeStore } from '../adapters/registry/event-types.ts';
import { createKeyringStore } from '../adapters/registry/keyring.ts';
import { createRegistry } from '../adapters/registry/registry.ts';
import { createSealedEndpoints } from '../adapters/registry/sealed-endpoints.ts';
import { createTemplates } from '../adapters/registry/templates.ts';
import { withTokens } from '../adapters/registry/tokens.ts';
import { createSecrets, secretArns } from '../adapters/secrets.ts';
import {
  listIn,
  readDestinationRules,
  readSettings,
  surroundings,
  variable,
} from '../adapters/surroundings.ts';
import { createTestDeliveries } from '../adapters/test-deliveries.ts';
import { Env } from '../environment.ts';
import { createApplication } from '../http/application.ts';
import { createAuthentication } from '../http/authentication.ts';
import { createEdge } from '../http/edge.ts';
import { lambdaHandler } from '../http/lambda.ts';
import { addDeliveryActionRoutes } from './deliveries/actions.ts';
import { addDeliveryRoutes } from './deliveries/routes.ts';
import { addEndpointActionRoutes } from './endpoints/actions.ts';
import { addEndpointRoutes } from './endpoints/routes.ts';
import { addEndpointTestRoute } from './endpoints/test.ts';
import { addEventTypeRoutes } from './event-types/routes.ts';
import { addPollingRoute } from './events/feed.ts';
import { addRedactionRoute } from './events/redaction.ts';
import { addEventRoutes } from './events/routes.ts';
import { addSubjectRoutes } from './events/subjects.ts';
import { addKeyRoutes } from './keys/routes.ts';
import { addReplayRoutes } from './replays/routes.ts';
import { addSealingKeyRoutes } from './sealing/routes.ts';
import { addDeadLetterRoutes } from './service/dead-letters.ts';
import { addEgressRoute } from './service/egress.ts';
import { addHealthRoute } from './service/health.ts';
import { addViewerRoutes } from './service/viewer.ts';
import { addSigningKeyRoutes } from './signing/routes.ts';
import { addFilterTestRoute } from './subscriptions/filter-test.ts';
import { addTemplateRoutes } from './templates/routes.ts';
import { addTenantDeletionRoute } from './tenants/deletion.ts';
import { addTenantRoutes } from './tenants/routes.ts';

const SERVED_BY_INGEST = ['/v1/events', '/v1/events/batch'].map((path) => ({
  method: 'POST',
  path,
}));

const dynamoDb = createDynamoDb();
const settings = readSettings();
const stored = createRegistry(dynamoDb, variable(Env.registryTable), surroundings);
const endpoints = createSealedEndpoints(dynamoDb, variable(Env.registryTable));
const counts = createCounts(dynamoDb, variable(Env.registryTable));
const { limits } = settings;
const keyring = createKeyringStore(dynamoDb, variable(Env.registryTable));
const secrets = createSecrets(secretArns(), surroundings);
const vault = { secrets, surroundings };
const registry = withTokens(vault, stored);
const ledgerTable = variable(Env.ledgerTable);
const events = createEventLedger(dynamoDb, ledgerTable, settings);
const deliveries = countStates(createDeliveryLedger(dynamoDb, ledgerTable, settings), metrics);
const ledger = {
  ...events,
  ...openingEvents(vault, events),
  ...openingDeliveries(
    vault,
    settings.sealEventData ? sealingDeliveries(vault, deliveries) : deliveries,
  ),
};

const health = createHealthLedger(dynamoDb, ledgerTable);
const work = createWorkLedger(dynamoDb, ledgerTable);
const wakes = createWakes(dynamoDb, ledgerTable, surroundings);
const sqs = createSqs();
const queues = createQueues(sqs, queueUrls());
const templates = createTemplates(dynamoDb, variable(Env.registryTable));
const tests = createTestDeliveries(() => variable(Env.dispatchFunctionName));
const defaults = { retryPolicy: settings.retryPolicy };
const rules = readDestinationRules();

const edge = createEdge(settings, surroundings);
export const app = createApplication(SERVED_BY_INGEST, edge);
const authentication = createAuthentication({ registry, secrets, surroundings, gate: edge.gate });
addHealthRoute(app, authentication);
addEgressRoute(app, authentication, listIn(Env.egressAddresses));
addViewerRoutes(app, authentication, new URL('./viewer/', import.meta.url));
addTenantRoutes(app, authentication, { registry, surroundings });
addTenantDeletionRoute(app, authentication, { registry, endpoints, queues, surroundings });
addKeyRoutes(app, authentication, { registry, ledger, counts, limits, surroundings });
addSigningKeyRoutes(app, authentication, { keyring, secrets, ledger, surroundings });
addSealingKeyRoutes(app, authentication, {
  registry: stored,
  endpoints,
  templates,
  keyring,
  secrets,
  surroundings,
  settings,
});
addEndpointRoutes(app, authentication, {
  registry,
  keyring,
  secrets,
  surroundings,
  health,
  ledger,
  counts,
  limits,
  rules,
  defaults,
  templates,
  tests,
  queues,
  wakes,
  verifyUrl: settings.verifyUrl,
});
addTemplateRoutes(app, authentication, {
  templates,
  registry,
  keyring,
  secrets,
  ledger,
  surroundings,
});
addEndpointActionRoutes(app, authentication, {
  registry,
  health,
  work,
  ledger,
  queues,
  wakes,
  surroundings,
  defaults,
});
addEndpointTestRoute(app, authentication, { registry, templates, tests });
addEventRoutes(app, authentication, { ledger, registry, health, surroundings });
addEventTypeRoutes(app, authentication, {
  eventTypes: createEventTypeStore(dynamoDb, variable(Env.registryTable)),
  counts,
  limits,
  surroundings,
});
addFilterTestRoute(app, authentication, { ledger });
addRedactionRoute(app, authentication, {
  ledger: { ...ledger, ...createRedactionLedger(dynamoDb, ledgerTable) },
  registry,
  health,
  queues,
  surroundings,
  settings,
});
addPollingRoute(app, authentication, { registry, ledger, surroundings, settings });
addSubjectRoutes(app, authentication, { ledger });
addDeliveryRoutes(app, authentication, { ledger, registry, health, surroundings });
addDeliveryActionRoutes(app, authentication, {
  ledger,
  health,
  registry,
  queues,
  wakes,
  surroundings,
  settings,
});
addDeadLetterRoutes(app, authentication, {
  deadLetters: createDeadLetters(sqs, {
    events: { from: variable(Env.eventsDeadLettersUrl), to: variable(Env.eventsQueueUrl) },
    wakes: { from: variable(Env.wakesDeadLettersUrl), to: variable(Env.wakesQueueUrl) },
  }),
});
addReplayRoutes(app, authentication, {
  registry,
  replays: createReplayLedger(dynamoDb, ledgerTable, settings),
  ledger,
  queues,
  surroundings,
});

export const handler = metered(lambdaHandler(app));
