// A batch of the wakes queue: each message is processed once, and succeeds or fails independently.
import type { SQSRecord } from 'aws-lambda';
import { type FailedRecord, readRecords } from '../core/deliveries/failed-record.ts';
import type { Surroundings } from '../core/surroundings.ts';
import { decodeWakesMessage, type WakesMessage } from '../core/wakes/message.ts';

/** Long work comes last: wake-ups of endpoints wait for the same function. */
const ORDER: Readonly<Record<WakesMessage['kind'], number>> = {
  wake: 0,
  redaction: 1,
  erasure: 1,
  replay: 2,
};
/** A message that would take longer hands the remaining work to a new message. */
const SLICE_MS = 10_000;
/** How much of the invocation's time is reserved for that. */
export const HAND_ON_MS = 10_000;

export async function workOff(
  records: readonly SQSRecord[],
  handle: (message: WakesMessage) => Promise<void>,
): Promise<FailedRecord[]> {
  const { read, failed } = readRecords(records, decodeWakesMessage);
  const inOrder = read.toSorted((a, b) => ORDER[a.message.kind] - ORDER[b.message.kind]);
  for (const { record, message } of inOrder) {
    try {
      await handle(message);
    } catch (error) {
      failed.push({ messageId: record.messageId, error });
    }
  }
  return failed;
}

/** @returns whether the slice of a message that begins now is over */
export function sliceFrom(
  surroundings: Pick<Surroundings, 'now'>,
  remainingMs: () => number,
): () => boolean {
  const endMs = surroundings.now() + SLICE_MS;
  return () => surroundings.now() >= endMs || remainingMs() < HAND_ON_MS;
}
