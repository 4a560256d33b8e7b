// The calls of SQS that take dead letters, over queues in memory; a queue's URL is its name.
import type { Calls } from '../../lambdas/adapters/aws/direct-calls.ts';
import type { SqsOperations } from '../../lambdas/adapters/aws/sqs-calls.ts';
import type { MemoryQueue } from '../../local/simulation/memory/queue.ts';

const QUEUES = ['events', 'deliveries', 'slow', 'retries', 'wakes'] as const;

export const DEAD_LETTER_URLS = Object.fromEntries(
  QUEUES.map((name) => [name, { from: `dead-${name}`, to: name }]),
) as Record<(typeof QUEUES)[number], { from: string; to: string }>; // just these are its keys

type Input<O extends keyof SqsOperations> = SqsOperations[O]['input'];
type Output<O extends keyof SqsOperations> = SqsOperations[O]['output'];

/** There is no slow lane in memory: what has no queue is empty. */
export function sqsOver(queues: readonly MemoryQueue[]): Calls<SqsOperations> {
  const named = (url: string | undefined) => queues.find(({ name }) => name === url);
  const operations: { [O in keyof SqsOperations]: (input: Input<O>) => unknown } = {
    ChangeMessageVisibility: () => {
      throw new Error('dead letters are left alone');
    },
    GetQueueAttributes: () => {
      throw new Error('sweep counts nothing');
    },
    ReceiveMessage: ({ QueueUrl, MaxNumberOfMessages = 1, VisibilityTimeout = 0 }) => {
      const records = named(QueueUrl)?.poll(MaxNumberOfMessages, VisibilityTimeout * 1000) ?? [];
      return {
        Messages: records.map((record) => ({
          MessageId: record.messageId,
          ReceiptHandle: record.receiptHandle,
          Body: record.body,
          Attributes: record.attributes,
          MessageAttributes: Object.fromEntries(
            Object.entries(record.messageAttributes).map(([name, { dataType, stringValue }]) => [
              name,
              { DataType: dataType, StringValue: stringValue },
            ]),
          ),
        })),
      };
    },
    SendMessageBatch: ({ QueueUrl, Entries = [] }) => {
      for (const { MessageBody = '', DelaySeconds = 0, MessageAttributes = {} } of Entries) {
        const attributes = Object.entries(MessageAttributes).map(([name, one]) => {
          const { DataType = 'String', StringValue = '' } = one;
          return [name, { dataType: DataType, stringValue: StringValue }] as const;
        });
        const messageAttributes = Object.fromEntries(attributes);
        named(QueueUrl)?.send(MessageBody, DelaySeconds, { messageAttributes });
      }
      return { Successful: Entries.map(({ Id }) => ({ Id })) };
    },
    DeleteMessageBatch: ({ QueueUrl, Entries = [] }) => {
      for (const { ReceiptHandle = '' } of Entries) named(QueueUrl)?.remove(ReceiptHandle);
      return { Successful: Entries.map(({ Id }) => ({ Id })) };
    },
  };
  return {
    call: async <O extends keyof SqsOperations>(operation: O, input: Input<O>) =>
      operations[operation](input) as Output<O>, // the operation's own
  };
}
