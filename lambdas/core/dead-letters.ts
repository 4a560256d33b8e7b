// Dead letters at queue level: messages that our own code could not process. Sweep sends them back to their queues,
// at growing intervals; what cannot be read stays.

import { decodeDeliveryMessage } from './deliveries/message.ts';
import { decodeEventMessage } from './events/message.ts';
import type { DeliveryRef, Environment } from './scope.ts';
import { DAY_MS } from './time.ts';
import { decodeWakesMessage } from './wakes/message.ts';

const MAX_WAIT_MS = 6 * 3_600_000;
/** SQS keeps no message longer. */
const KEPT_MS = 14 * DAY_MS;

/** Throws if a message of the queue cannot be read. */
export const DECODERS = {
  events: decodeEventMessage,
  deliveries: decodeDeliveryMessage,
  slow: decodeDeliveryMessage,
  retries: decodeDeliveryMessage,
  wakes: decodeWakesMessage,
} as const;
export type DeadLetterQueue = keyof typeof DECODERS;

export interface DeadLetter {
  /** SQS's id of the message. */
  readonly id: string;
  readonly body: string;
  /** When this copy of the message was sent to its queue, and when the first was, Unix milliseconds. */
  readonly sentAtMs: number;
  readonly firstSentAtMs: number;
  /** How often it was received as a dead letter. */
  readonly receives: number;
}

/** What an operator may know of a message: whom it is about, and not what it carries. */
interface DeadLetterSubject {
  /** Whether it has a form that we write; otherwise it will fail again. */
  readonly readable: boolean;
  readonly tenant: string | null;
  readonly environment: Environment | null;
  readonly event: string | null;
  readonly type: string | null;
  readonly endpoint: string | null;
  readonly replay: string | null;
}

export function subjectOfDeadLetter(queue: DeadLetterQueue, body: string): DeadLetterSubject {
  let names: Partial<DeliveryRef & { replayId: string; type: string }> | undefined;
  try {
    const message = DECODERS[queue](body);
    names = 'event' in message ? { ...message.event, eventId: message.event.id } : message;
  } catch {
    // It says nothing.
  }
  const { tenant = null, environment = null, eventId: event = null, type = null } = names ?? {};
  const { endpointId: endpoint = null, replayId: replay = null } = names ?? {};
  return { readable: names !== undefined, tenant, environment, event, type, endpoint, replay };
}

/**
 * Whether it is time to send a dead letter back: each time after as long as all tries before took together, at most
 * six hours, until SQS would have dropped the first copy.
 */
export function isDue({ sentAtMs, firstSentAtMs }: DeadLetter, nowMs: number): boolean {
  const waitMs = Math.min(sentAtMs - firstSentAtMs, MAX_WAIT_MS);
  return nowMs >= sentAtMs + waitMs && nowMs < firstSentAtMs + KEPT_MS;
}

interface Redrive {
  /** How many messages are read at most. */
  readonly limit: number;
  /** @default all */
  readonly isChosen?: (letter: DeadLetter) => boolean;
  /** Whether to stop before the limit. */
  readonly isOver?: () => boolean;
}

export interface DeadLetters<Q extends DeadLetterQueue = DeadLetterQueue> {
  /** Looks at some, in no order; they stay where they are. */
  peek(queue: Q, limit: number): Promise<readonly DeadLetter[]>;
  /**
   * Sends some back to their queue as they are, but for the mark that `isRedelivered` reads, then deletes them. What is
   * not chosen is visible again after a minute and a second for each message that was read before it.
   */
  redrive(
    queue: Q,
    redrive: Redrive,
  ): Promise<{ readonly moved: number; readonly refused: number }>;
}
