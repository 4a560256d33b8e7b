// Messages as Lambda hands them to a function.
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
import { ACCOUNT_ID, REGION } from '../aws-names.ts';
import type { SqsMessage, SqsQueue, SqsStore } from './emulator.ts';

export interface QueueRecord {
  messageId: string;
  receiptHandle: string;
  body: string;
  attributes: Record<string, string>;
  messageAttributes: Record<string, RecordAttribute>;
  md5OfBody: string;
  eventSource: 'aws:sqs';
  eventSourceARN: string;
  awsRegion: string;
}

interface RecordAttribute {
  dataType: string;
  stringValue?: string;
  binaryValue?: string;
  stringListValues: string[];
  binaryListValues: string[];
}

/** Takes up to ten messages; one that was received too often goes to the dead-letter queue instead. */
export function receive(queue: SqsQueue, store: SqsStore, maxCount: number): QueueRecord[] {
  const received = queue.dequeue(maxCount, undefined, (arn) => store.getQueueByArn(arn));
  return received.flatMap(({ ReceiptHandle }) => {
    const entry = queue.inflightMessages.get(ReceiptHandle);
    return entry === undefined ? [] : [toRecord(entry.message, ReceiptHandle, queue.arn)];
  });
}

function toRecord(message: SqsMessage, receiptHandle: string, queueArn: string): QueueRecord {
  return {
    messageId: message.messageId,
    receiptHandle,
    body: message.body,
    attributes: {
      ApproximateReceiveCount: String(message.approximateReceiveCount),
      SentTimestamp: String(message.sentTimestamp),
      SenderId: ACCOUNT_ID,
      ApproximateFirstReceiveTimestamp: String(message.approximateFirstReceiveTimestamp),
      ...(message.messageGroupId !== undefined && { MessageGroupId: message.messageGroupId }),
    },
    messageAttributes: Object.fromEntries(
      Object.entries(message.messageAttributes).map(([name, attribute]) => [
        name,
        {
          dataType: attribute.DataType,
          ...(attribute.StringValue !== undefined && { stringValue: attribute.StringValue }),
          ...(attribute.BinaryValue !== undefined && { binaryValue: attribute.BinaryValue }),
          stringListValues: [],
          binaryListValues: [],
        },
      ]),
    ),
    md5OfBody: message.md5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: REGION,
  };
}
