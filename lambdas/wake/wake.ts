// Wake: sends an endpoint's due deliveries to the retries queue. How many depends on its health: all if it is
// healthy (as fast as its rate limit allows), a single probe if it is tripped or paused, a growing share if it is recovering.

import { isUnverified } from '../core/endpoints/verification.ts';
import { type Health, isHeldByHand } from '../core/health/health.ts';
import { farProbeMs } from '../core/health/probes.ts';
import { MAX_SQS_DELAY_MS } from '../core/time.ts';
import { bucketEnd, bucketOf, WAKE_EARLY_MS } from '../core/wakes/bucket.ts';
import { isLook } from '../core/wakes/look.ts';
import type { WakeMessage } from '../core/wakes/message.ts';
import { wakeAt } from '../core/wakes/wake-at.ts';
import { enterNextLook, lookThrough } from './look.ts';
import { releaseAtRate } from './pace.ts';
import { probe } from './probe.ts';
import { release } from './release.ts';
import { sendDue, sendWake, type WakePorts } from './send-due.ts';
import { HAND_ON_MS, sliceFrom } from './work-off.ts';

/** Wake-ups may be this early. */
const TOLERANCE_MS = 500;

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
  const endpoint = found.get(id);
  const { maxPerSecond: perSecond } = endpoint ?? {};
  const { state } = kept.health;
  // Each probe of a deleted endpoint would cancel one delivery; what waits there is shown as cancelled as it is.
  if (state !== 'healthy' && endpoint?.deletedAtMs !== undefined) return ports.wakes.done(message);
  const isOutOfTime = sliceFrom(ports.surroundings, remainingMs);
  // Somebody has to resume it, or to prove its URL.
  const isHeld = isHeldByHand(kept.health) || (endpoint !== undefined && isUnverified(endpoint));
  const isAtRest = isHeld || state === 'tripped' || state === 'paused';
  const isDaily = isLook(id, message.bucketMs);
  if (isAtRest && isDaily && !(await lookThrough(ports, message, isOutOfTime))) return;
  // While anything waits, be it for a wake-up that was lost, there is a look.
  if (isAtRest || isDaily) await enterNextLook(ports, message, Math.max(nowMs, message.bucketMs));
  if (isHeld) return ports.wakes.done(message);
  const startMs = await startOf(ports, message, kept.health, perSecond);
  if (startMs > nowMs + TOLERANCE_MS) return waitFor(ports, message, kept.health, startMs);
  // From here on, only this message brings the work back if the function dies.
  await ports.wakes.done(message);
  switch (state) {
    case 'healthy': {
      // A late wake-up takes the deliveries that are due by now; an early one takes those of its bucket.
      const beforeMs = Math.max(bucketEnd(message.bucketMs), nowMs);
      if (perSecond !== undefined) return releaseAtRate(ports, message, beforeMs, perSecond);
      const isDone = await sendDue(ports, message, beforeMs, () => remainingMs() < HAND_ON_MS);
      if (!isDone) await wakeAt(ports, message, ports.surroundings.now());
      return;
    }
    case 'tripped':
    case 'paused':
      return probe(ports, message, kept, isOutOfTime);
    case 'recovering':
      return release(ports, message, kept, perSecond);
    default:
      state satisfies never;
  }
}

/** When there is something to do for the endpoint. */
async function startOf(
  { work, surroundings }: WakePorts,
  message: WakeMessage,
  health: Health,
  perSecond: number | undefined,
): Promise<number> {
  // A limited endpoint's steps look no further than the bucket of their time: its wake-up is one of them then.
  const earlyMs = perSecond === undefined ? WAKE_EARLY_MS : 0;
  if (health.state === 'healthy') return message.bucketMs - earlyMs;
  const startMs = health.probeAtMs ?? health.release?.nextAtMs ?? 0;
  const nowMs = surroundings.now();
  // Such a probe waits for something to be due: what came to rest since then may be so already.
  const isFar = startMs - nowMs > farProbeMs(health);
  const [due] = isFar ? await work.listDue(message, nowMs + TOLERANCE_MS, 1) : [];
  return due ? nowMs : startMs;
}

/** It is early: as a schedule is, or because the endpoint's health changed meanwhile. */
async function waitFor(
  { wakes, queues, surroundings }: WakePorts,
  message: WakeMessage,
  { state }: Health,
  startMs: number,
): Promise<void> {
  // What comes in another bucket has an entry there, and a wake-up.
  if (state !== 'healthy' && bucketOf(startMs) !== message.bucketMs) return wakes.done(message);
  // The step's own wake-up is on its way.
  if (state === 'recovering') return;
  const delayMs = Math.min(startMs - surroundings.now(), MAX_SQS_DELAY_MS);
  return sendWake({ queues }, message, Math.ceil(delayMs / 1000));
}
