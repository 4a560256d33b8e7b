// A batch of the wakes queue: each message is processed once, and succeeds or fails independently.
import type { SQSRecord } from 'aws-lambda';
import { type FailedRecord, readRecords } from '../core/deliveries/failed-record.ts';
import type { Surroundings } from '../core/surroundings.ts';
import type { Wakes } from '../core/wakes/directory.ts';
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

/** So often a wake-up is tried in a row. */
const TRIES = 3;

export async function workOff(
  wakes: Pick<Wakes, 'renew'>,
  records: readonly SQSRecord[],
  handle: (message: WakesMessage) => Promise<void>,
): Promise<FailedRecord[]> {
  const { read, failed } = readRecords(records, decodeWakesMessage);
  const inOrder = read.toSorted((a, b) => ORDER[a.message.kind] - ORDER[b.message.kind]);
  for (const { record, message } of inOrder) {
    try {
      await handle(message);
    } catch (error) {
      if (!(await isLeftToSweep(wakes, record, message))) {
        failed.push({ messageId: record.messageId, error });
      }
    }
  }
  return failed;
}

/**
 * Sweep repeats what stands in the directory: a message that came back, and came back again as a dead letter, would only
 * add to it.
 */
async function isLeftToSweep(
  wakes: Pick<Wakes, 'renew'>,
  { attributes }: SQSRecord,
  message: WakesMessage,
): Promise<boolean> {
  if (message.kind !== 'wake' || Number(attributes.ApproximateReceiveCount) < TRIES) return false;
  return wakes.renew(message).then(
    () => true,
    () => false,
  );
}

/** @returns whether the slice of a message that begins now is over */
export function sliceFrom(
  surroundings: Pick<Surroundings, 'now'>,
  remainingMs: () => number,
): () => boolean {
  const endMs = surroundings.now() + SLICE_MS;
  return () => surroundings.now() >= endMs || remainingMs() < HAND_ON_MS;
}
