// Dead letters at queue level: messages of events and wake-ups that our own code could not process. Those of
// deliveries and retries are put back into the ledger by sweep.

import { decodeEventMessage, encodeEventMessage } from './events/message.ts';
import type { DeliveryRef, Environment } from './scope.ts';
import { decodeWakesMessage } from './wakes/message.ts';

export const DEAD_LETTER_QUEUES = ['events', 'wakes'] as const;
export type DeadLetterQueue = (typeof DEAD_LETTER_QUEUES)[number];

interface DeadLetter {
  /** SQS's id of the message. */
  readonly id: string;
  readonly body: string;
  readonly sentAtMs: number;
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

const NOTHING: DeadLetterSubject = {
  readable: false,
  tenant: null,
  environment: null,
  event: null,
  type: null,
  endpoint: null,
  replay: null,
};

export function subjectOfDeadLetter(queue: DeadLetterQueue, body: string): DeadLetterSubject {
  try {
    if (queue === 'events') {
      const { tenant, environment, id, type } = decodeEventMessage(body).event;
      return { ...NOTHING, readable: true, tenant, environment, event: id, type };
    }
    const names: Partial<DeliveryRef & { replayId: string }> = decodeWakesMessage(body);
    const { tenant = null, environment = null, eventId: event = null } = names;
    const { endpointId: endpoint = null, replayId: replay = null } = names;
    return { ...NOTHING, readable: true, tenant, environment, event, endpoint, replay };
  } catch {
    return NOTHING;
  }
}

/**
 * The message as it goes back to its queue. A message that failed ten times may be half done: an event takes the
 * doubtful path, which does not repeat stored or delivered work.
 */
export function redrivenBody(queue: DeadLetterQueue, body: string): string {
  if (queue !== 'events') return body;
  try {
    return encodeEventMessage({ ...decodeEventMessage(body), mayRepeat: true });
  } catch {
    return body;
  }
}

export interface DeadLetters {
  /** Looks at some, in no order; they stay where they are. */
  peek(queue: DeadLetterQueue, limit: number): Promise<readonly DeadLetter[]>;
  /** Sends some back to their queue, then deletes them. */
  redrive(
    queue: DeadLetterQueue,
    limit: number,
  ): Promise<{ readonly moved: number; readonly refused: number }>;
}
