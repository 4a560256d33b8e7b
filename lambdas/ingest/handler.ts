// The ingest function: events come in.
import { handle } from 'hono/aws-lambda';
import { sealingQueue } from '../adapters/data-vault.ts';
import { createDynamoDb } from '../adapters/dynamodb.ts';
import { createEventLedger } from '../adapters/ledger-events.ts';
import { createQueues, createSqs, queueUrls } from '../adapters/queues.ts';
import { createRegistry } from '../adapters/registry.ts';
import { createSecrets, secretArns } from '../adapters/secrets.ts';
import { readSettings, surroundings, variable } from '../adapters/surroundings.ts';
import { Env } from '../environment.ts';
import { createApplication } from '../http/application.ts';
import { createAuthentication } from '../http/authentication.ts';
import { addEventRoutes } from './routes.ts';

const settings = readSettings();
const dynamoDb = createDynamoDb();
const secrets = createSecrets(secretArns(), surroundings);
const queues = createQueues(createSqs(), queueUrls());
const app = createApplication();
const authentication = createAuthentication({
  registry: createRegistry(dynamoDb, variable(Env.registryTable), surroundings),
  secrets,
  surroundings,
});
addEventRoutes(app, authentication, {
  ledger: createEventLedger(dynamoDb, variable(Env.ledgerTable), settings),
  queues: settings.sealEventData ? sealingQueue({ secrets, surroundings }, queues) : queues,
  surroundings,
});

export const handler = handle(app);
