// Wake: what is due at an endpoint goes to the retries queue. How much of it depends on its health: all
// of a healthy one's, a single probe of a tripped or paused one's, a growing share of a recovering one's.
import { PartlyRefusedError } from '../core/errors.ts';
import { isHeldByHand } from '../core/health/health.ts';
import { MAX_SQS_DELAY_MS } from '../core/time.ts';
import { bucketEnd, WAKE_EARLY_MS } from '../core/wakes/bucket.ts';
import type { WakeMessage } from '../core/wakes/message.ts';
import { wakeAt } from '../core/wakes/wake-at.ts';
import { probe, watchDeadlines } from './probe.ts';
import { release } from './release.ts';
import { sendDue, type WakePorts } from './send-due.ts';
import { HAND_ON_MS } from './work-off.ts';

/** @param remainingMs how long the invocation may still take */
export async function wake(
  ports: WakePorts,
  message: WakeMessage,
  remainingMs: () => number,
): Promise<void> {
  const kept = await ports.health.getHealth(message);
  const nowMs = ports.surroundings.now();
  const earlyMs = message.bucketMs - WAKE_EARLY_MS - nowMs;
  if (kept.health.state === 'healthy' && earlyMs > 0) return sendAgain(ports, message, earlyMs);
  // From here on the message itself is what brings the work back, should we die.
  await ports.wakes.done(message);
  switch (kept.health.state) {
    case 'healthy': {
      // A late wake-up takes what is due by now; an early one what is due in its bucket.
      const beforeMs = Math.max(bucketEnd(message.bucketMs), nowMs);
      const isDone = await sendDue(ports, message, beforeMs, () => remainingMs() < HAND_ON_MS);
      if (!isDone) await wakeAt(ports, message, ports.surroundings.now());
      return;
    }
    case 'tripped':
      return probe(ports, message, kept);
    case 'paused':
      // What was paused by hand is resumed by hand; deadlines hold all the same.
      return isHeldByHand(kept.health)
        ? watchDeadlines(ports, message, kept)
        : probe(ports, message, kept);
    case 'recovering':
      return release(ports, message, kept);
    default:
      kept.health.state satisfies never;
  }
}

/** A schedule that fired too early: what is due in its bucket is further off than SQS can delay. */
async function sendAgain(
  { queues }: WakePorts,
  { tenant, environment, endpointId, bucketMs }: WakeMessage,
  delayMs: number,
): Promise<void> {
  const delaySeconds = Math.ceil(Math.min(delayMs, MAX_SQS_DELAY_MS) / 1000);
  const wake = { tenant, environment, endpointId, bucketMs };
  const refused = await queues.sendWakes([{ wake, delaySeconds }]);
  if (refused.size > 0) throw new PartlyRefusedError('SQS', refused.size, 1);
}
