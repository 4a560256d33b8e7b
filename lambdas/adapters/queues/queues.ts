// SQS: batches by count and size; what SQS refuses is tried again, and then reported.

import type { SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import type { DeliveryQueue, Postponement, RetryQueue } from '../../core/deliveries/message.ts';
import { encodeDeliveryMessage } from '../../core/deliveries/message.ts';
import type { CleanupQueue } from '../../core/erasure/message.ts';
import { encodeCleanupMessage } from '../../core/erasure/message.ts';
import type { EventQueue } from '../../core/events/message.ts';
import { encodeEventMessage } from '../../core/events/message.ts';
import { inParallel } from '../../core/in-parallel.ts';
import { memoized } from '../../core/recent.ts';
import type { ReplayQueue } from '../../core/replays/message.ts';
import { encodeReplayMessage } from '../../core/replays/message.ts';
import type { WakeQueue } from '../../core/wakes/message.ts';
import { encodeWakeMessage } from '../../core/wakes/message.ts';

import { Env } from '../../environment.ts';
import { CLIENT_OPTIONS } from '../aws/client-options.ts';
import { createDirectCalls } from '../aws/direct-calls.ts';
import { inRounds } from '../aws/rounds.ts';
import type { Sqs } from '../aws/sqs-calls.ts';
import { log } from '../log.ts';

/** SQS's limits: entries per call, and bytes per call (all bodies together). */
export const ENTRIES_PER_CALL = 10;
const BYTES_PER_CALL = 1_000_000;
/** For what SQS refuses. */
const ROUNDS = { rounds: 4, pauseMs: 100 };

interface QueueUrls {
  readonly events: string;
  readonly deliveries: string;
  readonly slow: string;
  readonly retries: string;
  readonly wakes: string;
}

/** The URLs that the stack set; a function without one of them never sends there. */
export function queueUrls(): QueueUrls {
  return {
    events: process.env[Env.eventsQueueUrl] ?? '',
    deliveries: process.env[Env.deliveriesQueueUrl] ?? '',
    slow: process.env[Env.slowQueueUrl] ?? '',
    retries: process.env[Env.retriesQueueUrl] ?? '',
    wakes: process.env[Env.wakesQueueUrl] ?? '',
  };
}

interface OutgoingMessage {
  readonly body: string;
  /** `MessageGroupId`: on standard queues it makes them fair. */
  readonly group: string;
  readonly delaySeconds?: number;
}

export function createSqs(): Sqs {
  return createDirectCalls({
    name: 'sqs',
    variableName: 'SQS',
    targetPrefix: 'AmazonSQS',
    jsonVersion: '1.0',
    encode: (input) => JSON.stringify(input),
    decode: (json) => JSON.parse(json),
    originIn: originOfQueue,
    loadSdk: async () => (await import('#on-demand/sqs')).createSqsBySdk(CLIENT_OPTIONS),
  });
}

const originOf = memoized(100, (url) => new URL(url).origin);

/** As the SDK does: the queue's URL says where it is reached. */
function originOfQueue(input: object): string {
  return originOf('QueueUrl' in input ? String(input.QueueUrl) : '');
}

export function createQueues(client: Sqs, urls: QueueUrls): Queues {
  async function sendAll(
    url: string,
    messages: readonly OutgoingMessage[],
  ): Promise<ReadonlySet<number>> {
    const refused = new Set<number>();
    const batches = batchesOf(messages);
    await inParallel(batches, batches.length, async (batch) => {
      const left = await inRounds(ROUNDS, batch, (indexes) =>
        sendOnce(client, url, messages, indexes),
      );
      for (const index of left) refused.add(index);
    });
    return refused;
  }

  return {
    sendEvents: (messages) =>
      sendAll(
        urls.events,
        messages.map((message) => ({
          body: encodeEventMessage(message),
          group: message.event.tenant,
        })),
      ),
    async sendDeliveries(messages) {
      const placed = messages.map(({ isSlow = false, ...message }, place) => ({
        isSlow,
        place,
        body: encodeDeliveryMessage(message),
        group: message.endpointId,
      }));
      const refused = await inParallel([false, true], 2, async (isSlow) => {
        const lane = placed.filter((one) => one.isSlow === isSlow);
        const indexes = await sendAll(isSlow ? urls.slow : urls.deliveries, lane);
        return [...indexes].flatMap((index) => lane[index]?.place ?? []);
      });
      return new Set(refused.flat());
    },
    sendRetries: (messages) =>
      sendAll(
        urls.retries,
        messages.map(({ message, delaySeconds }) => ({
          body: encodeDeliveryMessage(message),
          group: message.endpointId,
          delaySeconds,
        })),
      ),
    sendWakes: (messages) =>
      sendAll(
        urls.wakes,
        messages.map(({ wake, delaySeconds }) => ({
          body: encodeWakeMessage(wake),
          group: wake.endpointId,
          delaySeconds,
        })),
      ),
    sendReplays: (messages) =>
      sendAll(
        urls.wakes,
        messages.map(({ replay, delaySeconds }) => ({
          body: encodeReplayMessage(replay),
          group: replay.endpointId,
          delaySeconds,
        })),
      ),
    sendCleanups: (messages) =>
      sendAll(
        urls.wakes,
        messages.map(({ cleanup, delaySeconds }) => ({
          body: encodeCleanupMessage(cleanup),
          group: cleanup.tenant,
          delaySeconds,
        })),
      ),
    async postpone(queue, receiptHandle, seconds) {
      await client.call('ChangeMessageVisibility', {
        QueueUrl: urls[queue],
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: seconds,
      });
    },
  };
}

async function sendOnce(
  client: Sqs,
  url: string,
  messages: readonly OutgoingMessage[],
  indexes: readonly number[],
): Promise<number[]> {
  const entries = indexes.flatMap((index): SendMessageBatchRequestEntry[] => {
    const message = messages[index];
    if (!message) return [];
    return [
      {
        Id: String(index),
        MessageBody: message.body,
        MessageGroupId: message.group,
        DelaySeconds: message.delaySeconds || undefined,
      },
    ];
  });
  try {
    const answer = await client.call('SendMessageBatch', { QueueUrl: url, Entries: entries });
    return (answer.Failed ?? []).map((failure) => Number(failure.Id));
  } catch (error) {
    log.warn('SQS refused a batch', { error: String(error) });
    return [...indexes];
  }
}

/** Indexes of the messages in batches that SQS takes. */
export function batchesOf(messages: readonly { readonly body: string }[]): number[][] {
  const batches: number[][] = [];
  let batch: number[] = [];
  let bytes = 0;
  messages.forEach((message, index) => {
    const size = Buffer.byteLength(message.body);
    if (batch.length === ENTRIES_PER_CALL || (batch.length > 0 && bytes + size > BYTES_PER_CALL)) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(index);
    bytes += size;
  });
  if (batch.length > 0) batches.push(batch);
  return batches;
}

export type Queues = EventQueue &
  DeliveryQueue &
  RetryQueue &
  Postponement &
  WakeQueue &
  ReplayQueue &
  CleanupQueue;
