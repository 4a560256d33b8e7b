// The queues, and which function takes which: a queue or a source is one entry.
import type { SQSRecord } from 'aws-lambda';
import type { FailedRecord } from '../../../lambdas/core/deliveries/failed-record.ts';
import type { FunctionCode, FunctionName } from './functions.ts';

/** Its function's timeout, its window and 30 s: see lib/queue-with-dead-letters.ts. */
export const QUEUES = {
  events: { visibilityMs: 61_000 },
  deliveries: { visibilityMs: 91_000 },
  slow: { visibilityMs: 92_000 },
  retries: { visibilityMs: 90_000 },
  wakes: { visibilityMs: 90_000 },
} as const;
export type QueueName = keyof typeof QUEUES;
export const QUEUE_NAMES = Object.keys(QUEUES) as readonly QueueName[];

export const DEAD_LETTERS_VISIBILITY_MS = 300_000;
export const MAX_RECEIVES = 10;

interface Source<Name extends FunctionName = FunctionName> {
  readonly from: QueueName;
  readonly to: Name;
  readonly work: (
    code: FunctionCode[Name],
    records: SQSRecord[],
    requestId: string,
  ) => Promise<readonly FailedRecord[]>;
}

const source = <Name extends FunctionName>(
  from: Source['from'],
  to: Name,
  work: Source<Name>['work'],
): Source => ({ from, to, work: work as Source['work'] }); // it is given its own function's code

export const SOURCES: readonly Source[] = [
  source('events', 'fan-out', (code, records) => code.fanOut(records)),
  ...(['deliveries', 'slow', 'retries'] as const).map((queue) =>
    source(queue, 'dispatch', (code, records, id) => code.dispatch(records, queue, id)),
  ),
  source('wakes', 'wake', (code, records) => code.wake(records)),
];
