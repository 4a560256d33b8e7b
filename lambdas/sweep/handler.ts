// The sweep function: runs every five minutes, and for dead letters of deliveries and retries.

import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { tableOf } from '../adapters/aws/dynamodb/calls.ts';
import { createDynamoDb } from '../adapters/aws/dynamodb/client.ts';
import { countStates } from '../adapters/ledger/counted.ts';
import { createDeliveryLedger } from '../adapters/ledger/deliveries.ts';
import { createEventLedger } from '../adapters/ledger/events.ts';
import { createWakes } from '../adapters/ledger/wakes.ts';
import { log } from '../adapters/log.ts';
import { countFaults, metered, metrics } from '../adapters/metrics.ts';
import { createQueues, createSqs, queueUrls } from '../adapters/queues/queues.ts';
import { readSettings, surroundings, variable } from '../adapters/surroundings.ts';
import { batchResponse } from '../core/deliveries/failed-record.ts';
import type { WakeQueue } from '../core/wakes/message.ts';
import { Env } from '../environment.ts';
import { restDeadLetters } from './dead-letters.ts';
import { createSweep } from './sweep.ts';

const settings = readSettings();
const dynamoDb = createDynamoDb();
const ledgerTable = variable(Env.ledgerTable);
const wakes = createWakes(tableOf(dynamoDb, ledgerTable), surroundings);
const queues = createQueues(createSqs(), queueUrls());
const counting: WakeQueue = {
  async sendWakes(messages) {
    const refused = await queues.sendWakes(messages);
    metrics.count('WakesRepaired', {}, messages.length - refused.size);
    return refused;
  },
};
const sweep = createSweep({ wakes, queues: counting, surroundings });
const ledger = {
  ...createEventLedger(tableOf(dynamoDb, ledgerTable), settings),
  ...countStates(createDeliveryLedger(tableOf(dynamoDb, ledgerTable), settings), metrics),
};

async function handle(event: Partial<SQSEvent>): Promise<SQSBatchResponse | undefined> {
  if (!event.Records) {
    // Also when there is nothing to repair: the metric is a sign of life.
    metrics.count('WakesRepaired', {}, 0);
    log.info('swept', { ...(await sweep()) });
    return undefined;
  }
  const ports = { ledger, wakes, surroundings, settings };
  const failed = await restDeadLetters(ports, event.Records);
  const rested = event.Records.length - failed.length;
  metrics.count('DeadLettersRested', {}, rested);
  countFaults('sweep', failed.length);
  log.warn('dead letters put back to wait', {
    restedDeadLetters: rested,
    leftDeadLetters: failed.length,
  });
  for (const { messageId, error } of failed) log.error('dead letter left', error, { messageId });
  return batchResponse(failed);
}

export const handler = metered(handle);
