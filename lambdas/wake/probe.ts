// One probe of a tripped or paused endpoint: its oldest waiting delivery, alone.
import { LOST_AFTER_MS } from '../core/deliveries/advance.ts';
import type { WorkEntry } from '../core/deliveries/ledger.ts';
import { settleOverdue } from '../core/deliveries/overdue.ts';
import type { Health } from '../core/health/health.ts';
import type { KeptHealth } from '../core/health/ledger.ts';
import { PROBE_PATIENCE_MS } from '../core/health/probes.ts';
import { deliveryIdOf } from '../core/identifiers.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { EndpointAddress } from '../core/scope.ts';
import { FAR_FUTURE_MS } from '../core/wakes/bucket.ts';
import { wakeAt } from '../core/wakes/wake-at.ts';
import { backToNormal } from './release.ts';
import { duePages, sendAll, take, type WakePorts } from './send-due.ts';

const LOOK_AGAIN_MS = 5_000;
/** What is due within this is probed with now. */
const TOLERANCE_MS = 1_000;
const PAGE = 25;

export async function probe(
  ports: WakePorts,
  endpoint: EndpointAddress,
  kept: KeptHealth,
  isOutOfTime: () => boolean,
): Promise<void> {
  const { health, version } = kept;
  const nowMs = ports.surroundings.now();
  const oldest = await findOldest(ports, endpoint, isOutOfTime);
  if (oldest === 'none') return restWithoutBacklog(ports, endpoint, kept, nowMs);
  if (oldest === 'moving') {
    return putProbe(ports, endpoint, health, version, nowMs + LOOK_AGAIN_MS);
  }
  // A delivery is never attempted before it is due.
  if (oldest.workAtMs > nowMs + TOLERANCE_MS) {
    return putProbe(ports, endpoint, health, version, oldest.workAtMs);
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
  const { probeAtMs, ...rest } = health;
  // The index may be behind: what it does not show yet is looked for once more.
  if (probeAtMs !== undefined) await ports.wakes.note(endpoint, nowMs + LOST_AFTER_MS);
  if (health.state !== 'tripped') {
    await ports.health.putHealth(endpoint, rest, version);
    return;
  }
  await backToNormal(ports, endpoint, version);
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
  isOutOfTime: () => boolean,
): Promise<WorkEntry | 'none' | 'moving'> {
  const nowMs = ports.surroundings.now();
  let isNone = true;
  for await (const entries of duePages(ports.work, endpoint, FAR_FUTURE_MS, PAGE)) {
    isNone &&= entries.length === 0;
    const deliveries = await ports.ledger.getDeliveries(entries, 'left out');
    await inParallel([...deliveries.values()], PAGE, (one) => settleOverdue(ports, one, nowMs));
    const oldest = entries.find(({ eventId, endpointId }) => {
      const delivery = deliveries.get(deliveryIdOf(eventId, endpointId));
      return delivery?.state === 'waiting' && nowMs < delivery.deadlineAtMs;
    });
    if (oldest) return oldest;
    if (isOutOfTime()) break;
  }
  // The index lags behind what ended.
  return isNone ? 'none' : 'moving';
}
