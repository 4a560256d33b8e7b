// One probe of a tripped or paused endpoint: its oldest waiting delivery, alone.

import type { WorkEntry } from '../core/deliveries/ledger.ts';
import { CLEAN_HEALTH, type Health } from '../core/health/health.ts';
import type { KeptHealth } from '../core/health/ledger.ts';
import { farProbeMs, PROBE_PATIENCE_MS, withProbe } from '../core/health/probes.ts';
import { deliveryIdOf } from '../core/identifiers.ts';
import type { EndpointAddress } from '../core/scope.ts';
import { MAX_SQS_DELAY_MS } from '../core/time.ts';
import { FAR_FUTURE_MS } from '../core/wakes/bucket.ts';
import { announceWake, sendWake } from '../core/wakes/wake-at.ts';
import { endExpired } from './deadlines.ts';
import { SETTLED_MS } from './release.ts';
import { endIfTooLate, sendAll, take, type WakePorts } from './send-due.ts';

const LOOK_AGAIN_MS = 5_000;
/** Wake-ups may be this early. */
const TOLERANCE_MS = 1_000;
const PAGE = 25;

export async function probe(
  ports: WakePorts,
  endpoint: EndpointAddress,
  kept: KeptHealth,
): Promise<void> {
  const { version } = kept;
  const nowMs = ports.surroundings.now();
  const probeAtMs = kept.health.probeAtMs ?? nowMs;
  if (probeAtMs > nowMs + TOLERANCE_MS) {
    // The probe waits for something to be due: what came to rest since then may be so already.
    const isFar = probeAtMs - nowMs > farProbeMs(kept.health);
    const [due] = isFar ? await ports.work.listDue(endpoint, nowMs + TOLERANCE_MS, 1) : [];
    if (!due) return awaitProbe(ports, endpoint, kept, probeAtMs);
  }
  const health = await meetDeadlines(ports, endpoint, kept.health, nowMs);
  const oldest = await findOldest(ports, endpoint);
  if (oldest === 'none') return restWithoutBacklog(ports, endpoint, { ...kept, health }, nowMs);
  if (oldest === 'moving') {
    return putProbe(ports, endpoint, health, version, nowMs + LOOK_AGAIN_MS);
  }
  // A delivery is never attempted before it is due; should another end before, it ends on time.
  if (oldest.workAtMs > nowMs + TOLERANCE_MS) {
    const deadlineMs = health.oldestDeadlineMs ?? Number.POSITIVE_INFINITY;
    return putProbe(ports, endpoint, health, version, Math.min(oldest.workAtMs, deadlineMs));
  }
  // The writer alone probes; should the probe be lost, the directory brings us back.
  await ports.wakes.note(endpoint, nowMs + PROBE_PATIENCE_MS);
  const claimed = withProbe(health, nowMs + PROBE_PATIENCE_MS, nowMs);
  if (!(await ports.health.putHealth(endpoint, claimed, version))) return;
  const [message] = await take(ports, oldest);
  if (!message) return sendWake(ports, endpoint, nowMs + PROBE_PATIENCE_MS);
  await sendAll(ports, [
    { ...message, message: { ...message.message, cause: 'probe', released: true } },
  ]);
}

/** An endpoint that a user paused is not probed, but deadlines hold there as well. */
export async function watchDeadlines(
  ports: WakePorts,
  endpoint: EndpointAddress,
  kept: KeptHealth,
): Promise<void> {
  const nowMs = ports.surroundings.now();
  const { probeAtMs = 0, probeSent, ...rest } = kept.health;
  if (probeAtMs > nowMs + TOLERANCE_MS) return awaitProbe(ports, endpoint, kept, probeAtMs);
  const nextMs = await endExpired(ports, endpoint);
  if (nextMs !== undefined) return putProbe(ports, endpoint, rest, kept.version, nextMs);
  await ports.health.putHealth(endpoint, rest, kept.version);
}

/** Ends what is too late, if that may be so, and notes when it may be so again. */
async function meetDeadlines(
  ports: WakePorts,
  endpoint: EndpointAddress,
  health: Health,
  nowMs: number,
): Promise<Health> {
  if ((health.oldestDeadlineMs ?? 0) > nowMs) return health;
  const { oldestDeadlineMs, ...rest } = health;
  const nextMs = await endExpired(ports, endpoint);
  return nextMs === undefined ? rest : { ...rest, oldestDeadlineMs: nextMs };
}

/** Schedules wake early: the first to come sends the wake-up that is on time, and no other does. */
async function awaitProbe(
  ports: WakePorts,
  endpoint: EndpointAddress,
  { health, version }: KeptHealth,
  probeAtMs: number,
): Promise<void> {
  const isNear = probeAtMs - ports.surroundings.now() <= MAX_SQS_DELAY_MS;
  // The probe's own wake-up is on its way; this one may have struck its entry.
  if (!isNear || health.probeSent) return announceWake(ports, endpoint, probeAtMs);
  await announceWake(ports, endpoint, probeAtMs);
  if (await ports.health.putHealth(endpoint, { ...health, probeSent: true }, version)) {
    await sendWake(ports, endpoint, probeAtMs);
  }
}

/**
 * Nothing waits. A tripped endpoint has nothing to be careful about; a paused one stays paused, and is
 * probed again when something comes to rest there.
 */
async function restWithoutBacklog(
  ports: WakePorts,
  endpoint: EndpointAddress,
  { health, version }: KeptHealth,
  nowMs: number,
): Promise<void> {
  const { probeAtMs, probeSent, oldestDeadlineMs, ...rest } = health;
  if (health.state !== 'tripped') {
    await ports.health.putHealth(endpoint, rest, version);
    return;
  }
  // What rests late, by an older reading of the health, is looked for once more.
  await announceWake(ports, endpoint, nowMs + SETTLED_MS);
  const healthy = { ...CLEAN_HEALTH, sinceMs: nowMs };
  if (await ports.health.putHealth(endpoint, healthy, version)) {
    await sendWake(ports, endpoint, nowMs + SETTLED_MS);
  }
}

/** Whoever writes the next probe sends its wake-up. */
async function putProbe(
  ports: WakePorts,
  endpoint: EndpointAddress,
  health: Health,
  version: number,
  atMs: number,
): Promise<void> {
  await announceWake(ports, endpoint, atMs);
  const after = withProbe(health, atMs, ports.surroundings.now());
  if (await ports.health.putHealth(endpoint, after, version)) await sendWake(ports, endpoint, atMs);
}

/** The entry that has waited longest; those that are past their deadline end here. */
async function findOldest(
  ports: WakePorts,
  endpoint: EndpointAddress,
): Promise<WorkEntry | 'none' | 'moving'> {
  const page = await ports.work.listDue(endpoint, FAR_FUTURE_MS, PAGE);
  if (page.length === 0) return 'none';
  const deliveries = await ports.ledger.getDeliveries(page);
  const nowMs = ports.surroundings.now();
  for (const entry of page) {
    const delivery = deliveries.get(deliveryIdOf(entry.eventId, entry.endpointId));
    if (delivery?.state === 'waiting' && !(await endIfTooLate(ports, delivery, nowMs))) {
      return entry;
    }
  }
  // The index lags behind what ended.
  return 'moving';
}
