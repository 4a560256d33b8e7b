// The queue of what SES tells of mails, which sweep empties: at rest it costs a call in five minutes, where a source of
// events would poll all the time.
import type { Sqs } from '../aws/sqs-calls.ts';

/** SQS's limit of messages per call. */
const PER_CALL = 10;
/** Longer than a run of sweep. */
const HIDDEN_SECONDS = 90;

interface ReceivedEvent {
  readonly id: string;
  readonly body: string;
  readonly receipt: string;
}

export function createMailEventQueue(client: Sqs, url: string) {
  return {
    async receive(): Promise<readonly ReceivedEvent[]> {
      const { Messages = [] } = await client.call('ReceiveMessage', {
        QueueUrl: url,
        MaxNumberOfMessages: PER_CALL,
        VisibilityTimeout: HIDDEN_SECONDS,
        // All of SQS's servers are asked: none then means that there are none.
        WaitTimeSeconds: 1,
      });
      return Messages.map(({ MessageId = '', Body = '', ReceiptHandle = '' }) => ({
        id: MessageId,
        body: Body,
        receipt: ReceiptHandle,
      }));
    },
    async remove(receipts: readonly string[]): Promise<void> {
      if (receipts.length === 0) return;
      const Entries = receipts.map((ReceiptHandle, at) => ({ Id: String(at), ReceiptHandle }));
      await client.call('DeleteMessageBatch', { QueueUrl: url, Entries });
    },
  };
}
