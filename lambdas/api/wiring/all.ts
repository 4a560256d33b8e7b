// Everything that the api function reaches, made from its environment.
import { createDynamoDb } from '../../adapters/aws/dynamodb/client.ts';
import { createDeadLetters, deadLetterUrls } from '../../adapters/queues/dead-letters.ts';
import { createQueues, createSqs, queueUrls } from '../../adapters/queues/queues.ts';
import {
  readDestinationRules,
  readSettings,
  surroundings,
  variable,
} from '../../adapters/surroundings.ts';
import { createTestDeliveries } from '../../adapters/test-deliveries.ts';
import { createOperatorNotices } from '../../core/operator/notices.ts';
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
  return {
    ...registry,
    ...wireLedger(dynamoDb, settings, { secrets: registry.secrets, surroundings }),
    queues,
    events: createOperatorNotices({ registry: registry.registry, queues }),
    deadLetters: createDeadLetters(sqs, deadLetterUrls(OPERATOR_QUEUES)),
    tests: createTestDeliveries(() => variable(Env.dispatchFunctionName)),
    surroundings,
    settings,
    limits: settings.limits,
    verifyUrl: settings.verifyUrl,
    defaults: { retryPolicy: settings.retryPolicy },
    rules: readDestinationRules(),
  };
}
