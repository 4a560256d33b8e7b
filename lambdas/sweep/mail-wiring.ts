// What sweep does about mails, where the stack sends any.
import { tableOf } from '../adapters/aws/dynamodb/calls.ts';
import { createDynamoDb } from '../adapters/aws/dynamodb/client.ts';
import type { Sqs } from '../adapters/aws/sqs-calls.ts';
import { createTombstones } from '../adapters/ledger/tombstones.ts';
import { log } from '../adapters/log.ts';
import { countFaults } from '../adapters/metrics.ts';
import { createMailEventQueue } from '../adapters/queues/mail-events.ts';
import { createRegistry } from '../adapters/registry/registry.ts';
import { readSettings, surroundings, variable } from '../adapters/surroundings.ts';
import { Env } from '../environment.ts';
import { takeMailEvents } from './mail-events.ts';

/** @returns undefined where the stack sends none */
export function mailEventsOf(sqs: Sqs): ((isOver: () => boolean) => Promise<void>) | undefined {
  const settings = readSettings();
  if (!settings.email) return undefined;
  const dynamoDb = createDynamoDb();
  const table = (name: string) => tableOf(dynamoDb, variable(name));
  const tombstones = createTombstones(table(Env.ledgerTable), settings);
  const ports: Parameters<typeof takeMailEvents>[0] = {
    mailEvents: createMailEventQueue(sqs, variable(Env.mailEventsQueueUrl)),
    registry: createRegistry(table(Env.registryTable), surroundings, tombstones),
    surroundings,
    ended({ addresses, ...feedback }) {
      log.info('mail came back', { ...feedback, recipients: addresses.length });
    },
    failed({ id: messageId }, error) {
      countFaults('sweep', 1);
      log.error('mail event left', error, { messageId });
    },
  };
  return (isOver) => takeMailEvents(ports, isOver);
}
