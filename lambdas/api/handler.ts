// The api function: everything over HTTPS but the events that come in.
import { countStates } from '../adapters/counted-ledger.ts';
import { createCounts } from '../adapters/counts.ts';
import { openingDeliveries, openingEvents, sealingDeliveries } from '../adapters/data-vault.ts';
import { createDeadLetters } from '../adapters/dead-letters.ts';
import { createDynamoDb } from '../adapters/dynamodb.ts';
import { withTokens } from '../adapters/endpoint-tokens.ts';
import { createEventTypeStore } from '../adapters/event-types.ts';
import { createKeyringStore } from '../adapters/keyring.ts';
import { createDeliveryLedger } from '../adapters/ledger-deliveries.ts';
import { createEventLedger } from '../adapters/ledger-events.ts';
import { createHealthLedger } from '../adapters/ledger-health.ts';
import { createRedactionLedger } from '../adapters/ledger-redaction.ts';
import { createReplayLedger } from '../adapters/ledger-replays.ts';
import { createWorkLedger } from '../adapters/ledger-work.ts';
import { metered, metrics } from '../adapters/metrics.ts';
import { createQueues, createSqs, queueUrls } from '../adapters/queues.ts';
import { createRegistry } from '../adapters/registry.ts';
import { createSealedEndpoints } from '../adapters/sealed-endpoints.ts';
import { createSecrets, secretArns } from '../adapters/secrets.ts';
import {
  listIn,
  readDestinationRules,
  readSettings,
  surroundings,
  variable,
} from '../adapters/surroundings.ts';
import { createTemplates } from '../adapters/templates.ts';
import { createTestDeliveries } from '../adapters/test-deliveries.ts';
import { createWakes } from '../adapters/wakes.ts';
import { Env } from '../environment.ts';
import { createApplication } from '../http/application.ts';
import { createAuthentication } from '../http/authentication.ts';
import { createEdge } from '../http/edge.ts';
import { lambdaHandler } from '../http/lambda.ts';
import { addDeadLetterRoutes } from './dead-letters.ts';
import { addDeliveryRoutes } from './deliveries.ts';
import { addDeliveryActionRoutes } from './delivery-actions.ts';
import { addEgressRoute } from './egress.ts';
import { addEndpointActionRoutes } from './endpoint-actions.ts';
import { addEndpointTestRoute } from './endpoint-tests.ts';
import { addEndpointRoutes } from './endpoints.ts';
import { addRedactionRoute } from './event-redaction.ts';
import { addEventTypeRoutes } from './event-types.ts';
import { addEventRoutes } from './events.ts';
import { addFilterTestRoute } from './filters.ts';
import { addHealthRoute } from './health.ts';
import { addKeyRoutes } from './keys.ts';
import { addPollingRoute } from './polling.ts';
import { addReplayRoutes } from './replays.ts';
import { addSealingKeyRoutes } from './sealing-keys.ts';
import { addSigningKeyRoutes } from './signing-keys.ts';
import { addSubjectRoutes } from './subjects.ts';
import { addTemplateRoutes } from './templates.ts';
import { addTenantDeletionRoute } from './tenant-deletion.ts';
import { addTenantRoutes } from './tenants.ts';
import { addViewerRoutes } from './viewer.ts';

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
