// How much the queues hold: SQS's own counts, which lag by a minute at most.
import type { DeadLetterQueue } from '../dead-letters.ts';

/** In the way of an event. */
export const QUEUE_NAMES = [
  'events',
  'deliveries',
  'slow',
  'retries',
  'wakes',
] as const satisfies readonly DeadLetterQueue[];

export interface QueueDepth {
  readonly queue: (typeof QUEUE_NAMES)[number];
  /** Messages that may be received now. */
  readonly ready: number;
  /** That a function works on. */
  readonly inFlight: number;
  /** That were sent with a delay, such as retries that are not due. */
  readonly delayed: number;
  /** In its dead-letter queue, those included that somebody looks at. */
  readonly deadLetters: number;
}

export interface QueueDepths {
  read(): Promise<readonly QueueDepth[]>;
}
