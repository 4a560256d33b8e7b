// SQS's calls over queues in memory.
import type { Sqs, SqsOperations } from '../../../lambdas/adapters/aws/sqs-calls.ts';
import type { CallCounts } from './call-counts.ts';
import type { MemoryQueue } from './queue.ts';

const URL_BASE = 'https://sqs.us-east-1.amazonaws.com/000000000000/';

export const urlOf = (queue: string): string => `${URL_BASE}${queue}`;

/** @returns a queue's name */
export const queueIn = (url: string | undefined): string => url?.slice(URL_BASE.length) ?? '';

type Input<Name extends keyof SqsOperations> = SqsOperations[Name]['input'];

/** @param queues by their names, those of dead letters included */
export function createMemorySqs(
  counts: Pick<CallCounts, 'sqsRequests'>,
  queues: ReadonlyMap<string, MemoryQueue>,
): Sqs {
  function queueOf(url: string | undefined): MemoryQueue {
    const queue = queues.get(queueIn(url));
    if (!queue) throw new Error(`there is no queue ${url}`);
    return queue;
  }
  const operations: {
    readonly [Name in keyof SqsOperations]: (input: Input<Name>) => SqsOperations[Name]['output'];
  } = {
    SendMessageBatch({ QueueUrl, Entries = [] }) {
      const queue = queueOf(QueueUrl);
      for (const entry of Entries) {
        const { MessageBody = '', DelaySeconds = 0, MessageGroupId, MessageAttributes } = entry;
        const attributes = Object.entries(MessageAttributes ?? {}).map(([name, one]) => {
          const { DataType: dataType = 'String', StringValue: stringValue = '' } = one;
          return [name, { dataType, stringValue }] as const;
        });
        const messageAttributes = Object.fromEntries(attributes);
        queue.send(MessageBody, DelaySeconds, { group: MessageGroupId, messageAttributes });
      }
      const Successful = Entries.map(({ Id }) => ({ Id, MessageId: Id, MD5OfMessageBody: '' }));
      return { Successful, Failed: [] };
    },
    ChangeMessageVisibility({ QueueUrl, ReceiptHandle = '', VisibilityTimeout = 0 }) {
      queueOf(QueueUrl).postpone(ReceiptHandle, VisibilityTimeout);
      return {};
    },
    GetQueueAttributes: () => {
      throw new Error('nothing here asks how much the queues hold');
    },
    ReceiveMessage({ QueueUrl, MaxNumberOfMessages = 1, VisibilityTimeout }) {
      const received = queueOf(QueueUrl).poll(
        MaxNumberOfMessages,
        VisibilityTimeout === undefined ? undefined : VisibilityTimeout * 1000,
      );
      return {
        Messages: received.map(({ messageId, receiptHandle, body, attributes, ...rest }) => ({
          MessageId: messageId,
          ReceiptHandle: receiptHandle,
          Body: body,
          Attributes: { ...attributes } as Partial<Record<string, string>>,
          MessageAttributes: Object.fromEntries(
            Object.entries(rest.messageAttributes).map(([name, { dataType, stringValue }]) => [
              name,
              { DataType: dataType, StringValue: stringValue },
            ]),
          ),
        })),
      };
    },
    DeleteMessageBatch({ QueueUrl, Entries = [] }) {
      const queue = queueOf(QueueUrl);
      for (const { ReceiptHandle = '' } of Entries) queue.remove(ReceiptHandle);
      return { Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] };
    },
  };
  return {
    async call(operation, input) {
      counts.sqsRequests(1);
      const run = operations[operation] as (given: typeof input) => never; // of the same name
      return run(input);
    },
  };
}
