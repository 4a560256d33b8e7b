// Wake: takes what is due at an endpoint and sends it to the retries queue, delayed to the second.
import type { SQSRecord } from 'aws-lambda';
import { LOST_AFTER_MS, retryMessage } from '../core/advance.ts';
import { PartlyRefusedError } from '../core/errors.ts';
import { decodeWakeMessage, type WakeMessage } from '../core/messages.ts';
import type { Queues, Surroundings, Wakes, WorkLedger } from '../core/ports.ts';
import { bucketEnd } from '../core/wake-bucket.ts';

const PAGE = 100;

export interface WakePorts {
  readonly work: WorkLedger;
  readonly queues: Pick<Queues, 'sendRetries' | 'sendWakes'>;
  readonly wakes: Wakes;
  readonly surroundings: Surroundings;
}

export interface FailedRecord {
  readonly messageId: string;
  readonly error: unknown;
}

/** @param remainingMs how long the invocation may still take */
export async function wake(
  ports: WakePorts,
  records: readonly SQSRecord[],
  remainingMs: () => number,
): Promise<FailedRecord[]> {
  const failed: FailedRecord[] = [];
  for (const record of records) {
    try {
      await wakeEndpoint(ports, decodeWakeMessage(record.body), remainingMs);
    } catch (error) {
      failed.push({ messageId: record.messageId, error });
    }
  }
  return failed;
}

async function wakeEndpoint(
  ports: WakePorts,
  message: WakeMessage,
  remainingMs: () => number,
): Promise<void> {
  const beforeMs = bucketEnd(message.bucketMs);
  for (;;) {
    const due = await ports.work.listDue(message, beforeMs, PAGE);
    const nowMs = ports.surroundings.now();
    // Leased by moving it in the index: should its message be lost, it is found there again.
    const taken = await Promise.all(
      due.map((entry) => ports.work.take(entry, Math.max(entry.workAtMs, nowMs) + LOST_AFTER_MS)),
    );
    const messages = taken.flatMap((delivery) => (delivery ? [retryMessage(delivery, nowMs)] : []));
    const refused = await ports.queues.sendRetries(messages);
    if (refused.size > 0) throw new PartlyRefusedError('SQS', refused.size, messages.length);
    if (due.length < PAGE) break;
    if (remainingMs() < 10_000) {
      await ports.queues.sendWakes([message]);
      return;
    }
  }
  await ports.wakes.done(message);
}
