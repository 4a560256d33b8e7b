// One probe of a tripped or paused endpoint: its oldest waiting delivery, alone.
import { LOST_AFTER_MS } from '../core/deliveries/advance.ts';
import type { WorkEntry } from '../core/deliveries/ledger.ts';
import { CLEAN_HEALTH, type Health } from '../core/health/health.ts';
import type { KeptHealth } from '../core/health/ledger.ts';
import { PROBE_PATIENCE_MS } from '../core/health/probes.ts';
import { deliveryIdOf } from '../core/identifiers.ts';
import type { EndpointAddress } from '../core/scope.ts';
import { FAR_FUTURE_MS } from '../core/wakes/bucket.ts';
import { wakeAt } from '../core/wakes/wake-at.ts';
import { endExpired } from './deadlines.ts';
import { SETTLED_MS } from './release.ts';
import { endIfTooLate, sendAll, take, type WakePorts } from './send-due.ts';

const LOOK_AGAIN_MS = 5_000;
/** What is due within this is probed with now. */
const TOLERANCE_MS = 1_000;
const PAGE = 25;

export async function probe(
  ports: WakePorts,
  endpoint: EndpointAddress,
  kept: KeptHealth,
): Promise<void> {
  const { version } = kept;
  const nowMs = ports.surroundings.now();
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
  const claimed = { ...health, probeAtMs: nowMs + PROBE_PATIENCE_MS };
  if (!(await ports.health.putHealth(endpoint, claimed, version))) return;
  const [message] = await take(ports, oldest);
  if (!message) return wakeAt(ports, endpoint, nowMs + PROBE_PATIENCE_MS);
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
  const { probeAtMs, ...rest } = kept.health;
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
  const { probeAtMs, oldestDeadlineMs, ...rest } = health;
  // The index may be behind: what it does not show yet is looked for once more.
  if (probeAtMs !== undefined) await ports.wakes.note(endpoint, nowMs + LOST_AFTER_MS);
  if (health.state !== 'tripped') {
    await ports.health.putHealth(endpoint, rest, version);
    return;
  }
  // And what rests late, by an older reading of the health.
  const healthy = { ...CLEAN_HEALTH, sinceMs: nowMs };
  await wakeAt(ports, endpoint, nowMs + SETTLED_MS, () =>
    ports.health.putHealth(endpoint, healthy, version),
  );
}

/** Whoever writes the next probe sends its wake-up. */
async function putProbe(
  ports: WakePorts,
  endpoint: EndpointAddress,
  health: Health,
  version: number,
  probeAtMs: number,
): Promise<void> {
  await wakeAt(ports, endpoint, probeAtMs, () =>
    ports.health.putHealth(endpoint, { ...health, probeAtMs }, version),
  );
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
