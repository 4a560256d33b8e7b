// How much the queues hold, as SQS counts it.
import { inParallel } from '../../core/in-parallel.ts';
import { QUEUE_NAMES, type QueueDepths } from '../../core/queues/depths.ts';
import type { Sqs } from '../aws/sqs-calls.ts';
import { attributesOf, deadLettersUrlIn, type QueueAttributes } from './attributes.ts';

export function createQueueDepths(
  client: Sqs,
  urls: Readonly<Record<(typeof QUEUE_NAMES)[number], string>>,
): QueueDepths {
  return {
    read: () =>
      inParallel(QUEUE_NAMES, QUEUE_NAMES.length, async (queue) => {
        // A name alone is that of a queue beside the events'.
        const url = new URL(urls[queue], urls.events).href;
        const own = await attributesOf(client, url);
        const dead = await attributesOf(client, deadLettersUrlIn(own, url));
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

function messagesIn(counts: QueueAttributes, kind: '' | 'NotVisible' | 'Delayed' = ''): number {
  return Number(counts[`ApproximateNumberOfMessages${kind}`] ?? 0);
}
