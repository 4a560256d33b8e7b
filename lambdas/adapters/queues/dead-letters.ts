// Dead-letter queues over SQS: looked at without taking anything, and sent back message by message, since
// not every implementation of SQS has StartMessageMoveTask.
import type { Message, SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import type { DeadLetter, DeadLetterQueue, DeadLetters } from '../../core/dead-letters.ts';
import { inParallel } from '../../core/in-parallel.ts';
import { FIRST_SENT_AT } from '../../core/redelivered.ts';
import { Env } from '../../environment.ts';
import type { Sqs } from '../aws/sqs-calls.ts';
import { variable } from '../surroundings.ts';
import { batchesOf } from './queues.ts';

/** SQS's limit of messages per call. */
const PER_CALL = 10;
/** Calls side by side, once there is something: events may be large, and sweep's memory is small. */
const AT_ONCE = 4;
/** A message that was looked at is hidden from others for this long. */
const PEEK_SECONDS = 5;
/** Longer than sending and deleting takes, and than a run of sweep. */
const MOVE_SECONDS = 60;
/** SQS hides no message for longer. */
const MAX_HIDDEN_SECONDS = 12 * 3600;
/** A wait asks all of SQS's servers: an answer without messages then means that there are none. */
const WAIT_SECONDS = 1;

/** Of each queue: its dead letters, and where they come from. */
type DeadLetterUrls<Q extends DeadLetterQueue> = Readonly<
  Record<Q, { readonly from: string; readonly to: string }>
>;

/** @throws ConfigurationError if the stack did not set one of them */
export function deadLetterUrls<Q extends DeadLetterQueue>(queues: readonly Q[]): DeadLetterUrls<Q> {
  const urls = queues.map((queue) => {
    const from = variable(Env[`${queue}DeadLettersUrl`]);
    return [queue, { from, to: variable(Env[`${queue}QueueUrl`]) }];
  });
  return Object.fromEntries(urls);
}

export function createDeadLetters<Q extends DeadLetterQueue>(
  client: Sqs,
  urls: DeadLetterUrls<Q>,
): DeadLetters<Q> {
  async function receive(url: string, count: number, hiddenSeconds: number): Promise<Message[]> {
    const answer = await client.call('ReceiveMessage', {
      QueueUrl: url,
      MaxNumberOfMessages: Math.min(count, PER_CALL),
      VisibilityTimeout: Math.min(hiddenSeconds, MAX_HIDDEN_SECONDS),
      WaitTimeSeconds: WAIT_SECONDS,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    return answer.Messages ?? [];
  }

  /** Sends back, then deletes: a crash in between leaves a second copy, and loses nothing. */
  async function move(queue: Q, messages: readonly Message[]): Promise<number> {
    const bodies = messages.map(({ Body = '' }) => ({ body: Body }));
    const moved = await inParallel(batchesOf(bodies), AT_ONCE, async (batch) => {
      const sent = await client.call('SendMessageBatch', {
        QueueUrl: urls[queue].to,
        Entries: batch.map((at) => ({ Id: String(at), ...asItCame(messages[at]) })),
      });
      const done = sent.Successful ?? [];
      const Entries = done.map(({ Id }) => ({
        Id,
        ReceiptHandle: messages[Number(Id)]?.ReceiptHandle,
      }));
      if (done.length > 0) {
        await client.call('DeleteMessageBatch', { QueueUrl: urls[queue].from, Entries });
      }
      return done.length;
    });
    return moved.reduce((sum, count) => sum + count, 0);
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
      return [...seen.values()].map(letterOf);
    },

    async redrive(queue, { limit, isChosen = () => true, isOver = () => false }) {
      let read = 0;
      let moved = 0;
      let refused = 0;
      for (let calls = 1; read < limit && !isOver(); ) {
        const count = limit - read;
        const found = await inParallel(Array(calls).fill(urls[queue].from), calls, (url) =>
          receive(url, count, MOVE_SECONDS + read),
        );
        const messages = found.flat();
        if (messages.length === 0) break;
        const chosen = messages.filter((message) => isChosen(letterOf(message)));
        const done = await move(queue, chosen);
        read += messages.length;
        moved += done;
        refused += chosen.length - done;
        calls = Math.max(1, Math.min(AT_ONCE, Math.floor((limit - read) / PER_CALL)));
      }
      return { moved, refused };
    },
  };
}

function letterOf({ MessageId, Body, Attributes, MessageAttributes }: Message): DeadLetter {
  const sentAtMs = Number(Attributes?.SentTimestamp ?? 0);
  return {
    id: MessageId ?? '',
    body: Body ?? '',
    sentAtMs,
    firstSentAtMs: Number(MessageAttributes?.[FIRST_SENT_AT]?.StringValue ?? sentAtMs),
    receives: Number(Attributes?.ApproximateReceiveCount ?? 0),
  };
}

/** And with the time of its first sending. */
function asItCame(message: Message = {}): Omit<SendMessageBatchRequestEntry, 'Id'> {
  const { AWSTraceHeader, MessageGroupId } = message.Attributes ?? {};
  const firstSentAt = { DataType: 'Number', StringValue: String(letterOf(message).firstSentAtMs) };
  const trace = { DataType: 'String', StringValue: AWSTraceHeader };
  return {
    MessageBody: message.Body,
    MessageGroupId: MessageGroupId || undefined,
    MessageAttributes: { ...message.MessageAttributes, [FIRST_SENT_AT]: firstSentAt },
    MessageSystemAttributes: AWSTraceHeader ? { AWSTraceHeader: trace } : undefined,
  };
}
