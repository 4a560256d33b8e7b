// The four queues in memory, and the port that the handlers send through.
import type { SQSRecord } from 'aws-lambda';
import type { Queues } from '../../../lambdas/adapters/queues/queues.ts';
import { encodeDeliveryMessage } from '../../../lambdas/core/deliveries/message.ts';
import { encodeCleanupMessage } from '../../../lambdas/core/erasure/message.ts';
import { encodeEventMessage } from '../../../lambdas/core/events/message.ts';
import { encodeReplayMessage } from '../../../lambdas/core/replays/message.ts';
import { encodeWakeMessage } from '../../../lambdas/core/wakes/message.ts';
import type { CallCounts } from './call-counts.ts';
import { MemoryQueue, type QueueConditions } from './queue.ts';
import type { VirtualClock } from './virtual-clock.ts';

const VISIBILITY_MS = 90_000;

export interface MemoryQueues {
  readonly events: MemoryQueue;
  readonly deliveries: MemoryQueue;
  readonly retries: MemoryQueue;
  readonly wakes: MemoryQueue;
  readonly port: Queues;
  /** How many messages are stored, delayed and in flight included. */
  size(): number;
}

export function createMemoryQueues(
  clock: VirtualClock,
  counts: CallCounts,
  conditions: QueueConditions = {},
): MemoryQueues {
  const queue = (name: string): MemoryQueue =>
    new MemoryQueue(name, clock, counts, VISIBILITY_MS, conditions);
  const memory = {
    events: queue('events'),
    deliveries: queue('deliveries'),
    retries: queue('retries'),
    wakes: queue('wakes'),
  };
  const requests = (messages: readonly unknown[]): ReadonlySet<number> => {
    counts.sqsRequests(Math.ceil(messages.length / 10));
    return new Set<number>();
  };
  return {
    ...memory,
    size: () => Object.values(memory).reduce((sum, { size }) => sum + size, 0),
    port: {
      sendEvents: async (messages) => {
        for (const message of messages) memory.events.send(encodeEventMessage(message), 0);
        return requests(messages);
      },
      sendDeliveries: async (messages) => {
        for (const message of messages) memory.deliveries.send(encodeDeliveryMessage(message), 0);
        return requests(messages);
      },
      sendRetries: async (messages) => {
        for (const { message, delaySeconds } of messages) {
          memory.retries.send(encodeDeliveryMessage(message), delaySeconds);
        }
        return requests(messages);
      },
      sendWakes: async (messages) => {
        for (const message of messages) {
          memory.wakes.send(encodeWakeMessage(message.wake), message.delaySeconds);
        }
        return requests(messages);
      },
      sendReplays: async (messages) => {
        for (const { replay, delaySeconds } of messages) {
          memory.wakes.send(encodeReplayMessage(replay), delaySeconds);
        }
        return requests(messages);
      },
      sendCleanups: async (messages) => {
        for (const { cleanup, delaySeconds } of messages) {
          memory.wakes.send(encodeCleanupMessage(cleanup), delaySeconds);
        }
        return requests(messages);
      },
      // One lane is enough where a slow receiver holds nobody up.
      postpone: async (name, handle, seconds) =>
        memory[name === 'slow' ? 'deliveries' : name].postpone(handle, seconds),
    },
  };
}

/** The ids of the records that a handler could not process. */
export function failedIds(
  failed: readonly { readonly messageId: string }[],
): ReadonlySet<SQSRecord['messageId']> {
  return new Set(failed.map(({ messageId }) => messageId));
}
