// Wake: sends an endpoint's due deliveries to the retries queue. How many depends on its health: all if it is
// healthy (as fast as its rate limit allows), a single probe if it is tripped or paused, a growing share if it is recovering.
import { PartlyRefusedError } from '../core/errors.ts';
import { isHeldByHand } from '../core/health/health.ts';
import { MAX_SQS_DELAY_MS } from '../core/time.ts';
import { bucketEnd, WAKE_EARLY_MS } from '../core/wakes/bucket.ts';
import type { WakeMessage } from '../core/wakes/message.ts';
import { wakeAt } from '../core/wakes/wake-at.ts';
import { releaseAtRate } from './pace.ts';
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
  const { tenant, environment, endpointId: id } = message;
  const found = await ports.registry.getEndpoints([{ tenant, environment, id }]);
  const perSecond = found.get(id)?.maxPerSecond;
  // A limited endpoint's steps look no further than the bucket of their time: its wake-up is one of them then.
  const earlyMs = message.bucketMs - (perSecond === undefined ? WAKE_EARLY_MS : 0) - nowMs;
  if (kept.health.state === 'healthy' && earlyMs > 0) return sendAgain(ports, message, earlyMs);
  // From here on, only this message brings the work back if the function dies.
  await ports.wakes.done(message);
  switch (kept.health.state) {
    case 'healthy': {
      // A late wake-up takes the deliveries that are due by now; an early one takes those of its bucket.
      const beforeMs = Math.max(bucketEnd(message.bucketMs), nowMs);
      if (perSecond !== undefined) return releaseAtRate(ports, message, beforeMs, perSecond);
      const isDone = await sendDue(ports, message, beforeMs, () => remainingMs() < HAND_ON_MS);
      if (!isDone) await wakeAt(ports, message, ports.surroundings.now());
      return;
    }
    case 'tripped':
      return probe(ports, message, kept);
    case 'paused':
      // An endpoint that was paused by hand is resumed by hand, but deadlines still apply.
      return isHeldByHand(kept.health)
        ? watchDeadlines(ports, message, kept)
        : probe(ports, message, kept);
    case 'recovering':
      return release(ports, message, kept, perSecond);
    default:
      kept.health.state satisfies never;
  }
}

/** A schedule that fired too early: the deliveries of its bucket are due later than SQS can delay. */
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
