// The sweep function: runs every five minutes, for lost wake-ups and for dead letters.
import type { Context } from 'aws-lambda';
import { tableOf } from '../adapters/aws/dynamodb/calls.ts';
import { createDynamoDb } from '../adapters/aws/dynamodb/client.ts';
import { createWakes } from '../adapters/ledger/wakes.ts';
import { log } from '../adapters/log.ts';
import { countFaults, metered, metrics } from '../adapters/metrics.ts';
import { createDeadLetters, deadLetterUrls } from '../adapters/queues/dead-letters.ts';
import { createQueues, createSqs, queueUrls } from '../adapters/queues/queues.ts';
import { surroundings, variable } from '../adapters/surroundings.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { WakeQueue } from '../core/wakes/message.ts';
import { Env } from '../environment.ts';
import { redriveDeadLetters, SWEPT_QUEUES } from './dead-letters.ts';
import { mailEventsOf } from './mail-wiring.ts';
import { createSweep } from './sweep.ts';

/** What is left of an invocation is enough for what is under way. */
const STOP_MS = 15_000;
/** Of messages that cannot be read, so many are named for each queue. */
const NAMED_PER_RUN = 10;

const sqs = createSqs();
const wakes = createWakes(tableOf(createDynamoDb(), variable(Env.ledgerTable)), surroundings);
const queues = createQueues(sqs, queueUrls());
const counting: WakeQueue = {
  async sendWakes(messages) {
    const refused = await queues.sendWakes(messages);
    metrics.count('WakesRepaired', {}, messages.length - refused.size);
    return refused;
  },
};
const sweep = createSweep({ wakes, queues: counting, surroundings });
const deadLetters = createDeadLetters(sqs, deadLetterUrls(SWEPT_QUEUES));
const takeMailEvents = mailEventsOf(sqs);

async function sweepWakes(): Promise<void> {
  // Also when there is nothing to repair: the metric is a sign of life.
  metrics.count('WakesRepaired', {}, 0);
  log.info('swept', { ...(await sweep()) });
}

const report: Parameters<typeof redriveDeadLetters>[0]['report'] = (queue, counts, unreadable) => {
  metrics.count('DeadLettersRedriven', {}, counts.redriven);
  countFaults('sweep', counts.unreadable);
  if (Object.values(counts).some((count) => count > 0)) {
    log.warn('dead letters', { queue, ...counts });
  }
  for (const { messageId, error } of unreadable.slice(0, NAMED_PER_RUN)) {
    log.error('dead letter left', error, { queue, messageId });
  }
};

/** Side by side, and none keeps another from its end. */
async function handle(_schedule: unknown, context: Context): Promise<void> {
  const isOver = () => context.getRemainingTimeInMillis() < STOP_MS;
  const sweepLetters = () => redriveDeadLetters({ deadLetters, surroundings, report }, isOver);
  const endRecipients = async () => takeMailEvents?.(isOver);
  await inParallel([sweepWakes, sweepLetters, endRecipients], 3, (repair) => repair());
}

export const handler = metered(handle);
