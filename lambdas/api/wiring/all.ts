// Everything that the api function reaches, made from its environment.
import { createDynamoDb } from '../../adapters/aws/dynamodb/client.ts';
import { createDeadLetters, deadLetterUrls } from '../../adapters/queues/dead-letters.ts';
import { createQueueDepths } from '../../adapters/queues/depths.ts';
import { createQueues, createSqs, queueUrls } from '../../adapters/queues/queues.ts';
import {
  readDestinationRules,
  readSettings,
  surroundings,
  variable,
} from '../../adapters/surroundings.ts';
import { createTestDeliveries } from '../../adapters/test-deliveries.ts';
import { createNotices } from '../../core/operator/all.ts';
import type { IdentityProvider } from '../../core/sessions/oidc.ts';
import { Env } from '../../environment.ts';
import { OPERATOR_QUEUES } from '../service/dead-letters.ts';
import { wireLedger } from './ledger.ts';
import { wireRegistry } from './registry.ts';

export function wire() {
  const dynamoDb = createDynamoDb();
  const sqs = createSqs();
  const settings = readSettings();
  const registry = wireRegistry(dynamoDb, settings);
  const queues = createQueues(sqs, queueUrls());
  const ledger = wireLedger(dynamoDb, settings, { secrets: registry.secrets, surroundings });
  return {
    ...registry,
    ...ledger,
    queues,
    events: createNotices({ ...ledger, registry: registry.registry, queues, surroundings }),
    deadLetters: createDeadLetters(sqs, deadLetterUrls(OPERATOR_QUEUES)),
    queueDepths: createQueueDepths(sqs, queueUrls()),
    tests: createTestDeliveries(() => variable(Env.dispatchFunctionName)),
    identityProvider: identityProvider(),
    surroundings,
    settings,
    limits: settings.limits,
    verifyUrl: settings.verifyUrl,
    defaults: { retryPolicy: settings.retryPolicy },
    rules: readDestinationRules(),
  };
}

/** Loaded by the first sign-in. */
function identityProvider(): IdentityProvider {
  let loaded: Promise<IdentityProvider> | undefined;
  const load = async () =>
    (await import('#on-demand/identity-provider')).createIdentityProvider(surroundings.now);
  const provider = () => {
    loaded ??= load();
    return loaded;
  };
  return {
    addresses: async (settings) => (await provider()).addresses(settings),
    redeem: async (...given) => (await provider()).redeem(...given),
  };
}
