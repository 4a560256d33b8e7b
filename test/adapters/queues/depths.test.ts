import { expect, it } from 'vitest';
import type { Sqs } from '../../../lambdas/adapters/aws/sqs-calls.ts';
import { createQueueDepths } from '../../../lambdas/adapters/queues/depths.ts';

const urlOf = (name: string) => `https://sqs.example/000000000000/${name}`;
const urls = {
  events: urlOf('events'),
  deliveries: 'deliveries',
  slow: 'slow',
  retries: urlOf('retries'),
  wakes: urlOf('wakes'),
};

/** Each queue has three messages, and seven dead letters in `dead-<name>`. */
function sqs(asked: string[]): Sqs {
  return {
    async call(operation: string, { QueueUrl = '' }: { QueueUrl?: string }) {
      const name = QueueUrl.slice(urlOf('').length);
      asked.push(`${operation} ${name}`);
      if (operation !== 'GetQueueAttributes') return {};
      if (name.startsWith('dead-')) return { Attributes: { ApproximateNumberOfMessages: '7' } };
      const deadLetterTargetArn = `arn:aws:sqs:eu-central-1:000000000000:dead-${name}`;
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 10 });
      return { Attributes: { ApproximateNumberOfMessages: '3', RedrivePolicy } };
    },
  } as never; // two operations of it
}

it('counts messages and dead letters, whose queue it is not told', async () => {
  const counted = await createQueueDepths(sqs([]), urls).read();
  expect(counted).toEqual(
    Object.keys(urls).map((queue) => ({
      queue,
      ready: 3,
      inFlight: 0,
      delayed: 0,
      deadLetters: 7,
    })),
  );
});
