// Wake: what is due at an endpoint goes to the retries queue. How much of it depends on its health: all
// of a healthy one's, a single probe of a tripped or paused one's, a growing share of a recovering one's.
import type { SQSRecord } from 'aws-lambda';
import { decodeWakeMessage, type WakeMessage } from '../core/messages.ts';
import { wakeAt } from '../core/wake-at.ts';
import { bucketEnd } from '../core/wake-bucket.ts';
import { probe } from './probe.ts';
import { release } from './release.ts';
import { sendDue, type WakePorts } from './send-due.ts';

/** So much of the invocation's time is kept for handing on what is left. */
const HAND_ON_MS = 10_000;

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
  const kept = await ports.health.getHealth(message);
  // From here on the message itself is what brings the work back, should we die.
  await ports.wakes.done(message);
  switch (kept.health.state) {
    case 'healthy': {
      // A late wake-up takes what is due by now; an early one what is due in its bucket.
      const beforeMs = Math.max(bucketEnd(message.bucketMs), ports.surroundings.now());
      const isDone = await sendDue(ports, message, beforeMs, () => remainingMs() < HAND_ON_MS);
      if (!isDone) await wakeAt(ports, message, ports.surroundings.now());
      return;
    }
    case 'tripped':
      return probe(ports, message, kept);
    case 'paused':
      // A user's pause ends by a user, and wakes the endpoint then.
      return kept.health.pausedBy === 'user' ? undefined : probe(ports, message, kept);
    case 'recovering':
      return release(ports, message, kept);
    default:
      kept.health.state satisfies never;
  }
}
