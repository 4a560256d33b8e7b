// How much the queues hold, as SQS counts it.
import { inParallel } from '../../core/in-parallel.ts';
import { QUEUE_NAMES, type QueueDepths } from '../../core/queues/depths.ts';
import type { Sqs } from '../aws/sqs-calls.ts';
import type { DeadLetterUrls } from './dead-letters.ts';

type Counts = Readonly<Partial<Record<string, string>>>;

export function createQueueDepths(
  client: Sqs,
  urls: DeadLetterUrls<(typeof QUEUE_NAMES)[number]>,
): QueueDepths {
  async function count(QueueUrl: string): Promise<Counts> {
    const AttributeNames = ['All' as const];
    return (await client.call('GetQueueAttributes', { QueueUrl, AttributeNames })).Attributes ?? {};
  }

  return {
    read: () =>
      inParallel(QUEUE_NAMES, QUEUE_NAMES.length, async (queue) => {
        const own = await count(urls[queue].to);
        const dead = await count(urls[queue].from);
        return {
          queue,
          ready: messagesIn(own),
          inFlight: messagesIn(own, 'NotVisible'),
          delayed: messagesIn(own, 'Delayed'),
          deadLetters: messagesIn(dead) + messagesIn(dead, 'NotVisible'),
        };
      }),
  };
}

function messagesIn(counts: Counts, kind: '' | 'NotVisible' | 'Delayed' = ''): number {
  return Number(counts[`ApproximateNumberOfMessages${kind}`] ?? 0);
}
