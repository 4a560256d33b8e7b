// Dead-letter queues over SQS: looked at without taking anything, and sent back message by message, since
// not every implementation of SQS has StartMessageMoveTask.
import type { Message } from '@aws-sdk/client-sqs';
import type { DeadLetters } from '../../core/dead-letters.ts';
import { type DeadLetterQueue, redrivenBody } from '../../core/dead-letters.ts';
import type { Sqs } from '../aws/sqs-calls.ts';
import { batchesOf } from './queues.ts';

/** SQS's limit of messages per call. */
const PER_CALL = 10;
/** A message that was looked at is hidden from others for this long. */
const PEEK_SECONDS = 5;
/** Longer than sending and deleting takes. */
const MOVE_SECONDS = 60;
/** A wait asks all of SQS's servers: an answer without messages then means that there are none. */
const WAIT_SECONDS = 1;

type DeadLetterUrls = Readonly<
  Record<DeadLetterQueue, { readonly from: string; readonly to: string }>
>;

export function createDeadLetters(client: Sqs, urls: DeadLetterUrls): DeadLetters {
  async function receive(url: string, count: number, hiddenSeconds: number): Promise<Message[]> {
    const answer = await client.call('ReceiveMessage', {
      QueueUrl: url,
      MaxNumberOfMessages: Math.min(count, PER_CALL),
      VisibilityTimeout: hiddenSeconds,
      WaitTimeSeconds: WAIT_SECONDS,
      MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount', 'MessageGroupId'],
    });
    return answer.Messages ?? [];
  }

  /** Sends back, then deletes: a crash in between leaves a second copy, and loses nothing. */
  async function move(queue: DeadLetterQueue, messages: readonly Message[]): Promise<number> {
    const outgoing = messages.map(({ Body = '', Attributes, ReceiptHandle }) => ({
      body: redrivenBody(queue, Body),
      group: Attributes?.MessageGroupId,
      ReceiptHandle,
    }));
    let moved = 0;
    for (const batch of batchesOf(outgoing)) {
      const entries = batch.flatMap((index) => {
        const one = outgoing[index];
        return one ? [{ ...one, Id: String(index) }] : [];
      });
      const sent = await client.call('SendMessageBatch', {
        QueueUrl: urls[queue].to,
        Entries: entries.map(({ Id, body, group }) => ({
          Id,
          MessageBody: body,
          MessageGroupId: group || undefined,
        })),
      });
      const done = new Set((sent.Successful ?? []).map(({ Id }) => Id));
      const Entries = entries
        .filter(({ Id }) => done.has(Id))
        .map(({ Id, ReceiptHandle }) => ({ Id, ReceiptHandle }));
      if (Entries.length === 0) continue;
      await client.call('DeleteMessageBatch', { QueueUrl: urls[queue].from, Entries });
      moved += Entries.length;
    }
    return moved;
  }

  return {
    async peek(queue, limit) {
      const seen = new Map<string, Message>();
      while (seen.size < limit) {
        const messages = await receive(urls[queue].from, limit - seen.size, PEEK_SECONDS);
        const before = seen.size;
        for (const message of messages) seen.set(message.MessageId ?? '', message);
        if (seen.size === before) break;
      }
      return [...seen.values()].map(({ MessageId, Body, Attributes }) => ({
        id: MessageId ?? '',
        body: Body ?? '',
        sentAtMs: Number(Attributes?.SentTimestamp ?? 0),
        receives: Number(Attributes?.ApproximateReceiveCount ?? 0),
      }));
    },

    async redrive(queue, limit) {
      let moved = 0;
      let refused = 0;
      while (moved + refused < limit) {
        const messages = await receive(urls[queue].from, limit - moved - refused, MOVE_SECONDS);
        if (messages.length === 0) break;
        const done = await move(queue, messages);
        moved += done;
        refused += messages.length - done;
      }
      return { moved, refused };
    },
  };
}
