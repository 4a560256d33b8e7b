// What SQS says about a queue.
import type { Sqs } from '../aws/sqs-calls.ts';

export type QueueAttributes = Readonly<Partial<Record<string, string>>>;

export async function attributesOf(client: Sqs, QueueUrl: string): Promise<QueueAttributes> {
  const AttributeNames = ['All' as const];
  return (await client.call('GetQueueAttributes', { QueueUrl, AttributeNames })).Attributes ?? {};
}

/** The queue itself says it, since the environment of a function has no room for every URL. */
export function deadLettersUrlIn(
  { RedrivePolicy = '{}' }: QueueAttributes,
  queueUrl: string,
): string {
  const arn = String(JSON.parse(RedrivePolicy).deadLetterTargetArn);
  const name = arn.slice(arn.lastIndexOf(':') + 1);
  return queueUrl.slice(0, queueUrl.lastIndexOf('/') + 1) + name;
}
