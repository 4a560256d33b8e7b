// How much the queues hold, as SQS counts it.
import { inParallel } from '../../core/in-parallel.ts';
import { QUEUE_NAMES, type QueueDepths } from '../../core/queues/depths.ts';
import type { Sqs } from '../aws/sqs-calls.ts';

type QueueAttributes = Readonly<Partial<Record<string, string>>>;

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

async function attributesOf(client: Sqs, QueueUrl: string): Promise<QueueAttributes> {
  const AttributeNames = ['All' as const];
  return (await client.call('GetQueueAttributes', { QueueUrl, AttributeNames })).Attributes ?? {};
}

/** The queue itself says it, since the environment of a function has no room for every URL. */
function deadLettersUrlIn({ RedrivePolicy = '{}' }: QueueAttributes, queueUrl: string): string {
  const arn = String(JSON.parse(RedrivePolicy).deadLetterTargetArn);
  const name = arn.slice(arn.lastIndexOf(':') + 1);
  return queueUrl.slice(0, queueUrl.lastIndexOf('/') + 1) + name;
}
