// One probe of a tripped or paused endpoint: its oldest waiting delivery, alone.

import type { Delivery } from '../core/delivery.ts';
import { CLEAN_HEALTH, probeDelayMs } from '../core/endpoint-health.ts';
import { deliveryIdOf } from '../core/identifiers.ts';
import type { EndpointAddress, KeptHealth, WorkEntry } from '../core/ports.ts';
import { wakeAt } from '../core/wake-at.ts';
import { endIfTooLate, sendAll, take, type WakePorts } from './send-due.ts';

/** A probe whose outcome is not known after this long is sent again. */
const PATIENCE_MS = 2 * 60_000;
/** Wake-ups may be this early. */
const TOLERANCE_MS = 1_000;
const FAR_FUTURE_MS = 8_640_000_000_000_000;
/** Probes are at most a day apart: a deadline that comes before the next one is woken for. */
const DEADLINE_WATCH_MS = 25 * 3600_000;
const PAGE = 25;

export async function probe(
  ports: WakePorts,
  endpoint: EndpointAddress,
  { health, version }: KeptHealth,
): Promise<void> {
  const oldest = await findOldest(ports, endpoint);
  const nowMs = ports.surroundings.now();
  const probeAtMs = health.probeAtMs ?? nowMs;
  if (oldest && oldest.delivery.deadlineAtMs - nowMs < DEADLINE_WATCH_MS) {
    // Nothing else would look at what rests here when its deadline has come.
    await wakeAt(ports, endpoint, oldest.delivery.deadlineAtMs + TOLERANCE_MS);
  }
  if (probeAtMs > nowMs + TOLERANCE_MS) return wakeAt(ports, endpoint, probeAtMs);
  if (!oldest) return restWithoutBacklog(ports, endpoint, { health, version }, nowMs);

  // A delivery is never attempted before it is due.
  if (oldest.entry.workAtMs > nowMs + TOLERANCE_MS) {
    const later = { ...health, probeAtMs: oldest.entry.workAtMs };
    const isWritten = await ports.health.putHealth(endpoint, later, version);
    if (isWritten) await wakeAt(ports, endpoint, oldest.entry.workAtMs);
    return;
  }
  // The writer alone probes; should the probe be lost, the directory brings us back.
  await ports.wakes.note(endpoint, nowMs + PATIENCE_MS);
  const claimed = { ...health, probeAtMs: nowMs + PATIENCE_MS };
  if (!(await ports.health.putHealth(endpoint, claimed, version))) return;
  const [message] = await take(ports, oldest.entry);
  if (!message) return wakeAt(ports, endpoint, nowMs + PATIENCE_MS);
  await sendAll(ports, [
    { ...message, message: { ...message.message, cause: 'probe', released: true } },
  ]);
}

/** Nothing waits: a tripped endpoint has nothing to be careful about, a paused one stays paused. */
async function restWithoutBacklog(
  ports: WakePorts,
  endpoint: EndpointAddress,
  { health, version }: KeptHealth,
  nowMs: number,
): Promise<void> {
  if (health.state === 'tripped') {
    await ports.health.putHealth(endpoint, { ...CLEAN_HEALTH, sinceMs: nowMs }, version);
    return;
  }
  const rested = { ...health, probes: health.probes + 1 };
  const probeAtMs = nowMs + probeDelayMs(rested);
  const isWritten = await ports.health.putHealth(endpoint, { ...rested, probeAtMs }, version);
  if (isWritten) await wakeAt(ports, endpoint, probeAtMs);
}

interface Oldest {
  readonly entry: WorkEntry;
  readonly delivery: Delivery;
}

/** The oldest waiting delivery; those that are past their deadline end here. */
async function findOldest(
  ports: WakePorts,
  endpoint: EndpointAddress,
): Promise<Oldest | undefined> {
  for (;;) {
    const page = await ports.work.listDue(endpoint, FAR_FUTURE_MS, PAGE);
    if (page.length === 0) return undefined;
    const deliveries = await ports.ledger.getDeliveries(page);
    const nowMs = ports.surroundings.now();
    const found = page.flatMap((entry) => {
      const delivery = deliveries.get(deliveryIdOf(entry.eventId, entry.endpointId));
      return delivery?.state === 'waiting' ? [{ entry, delivery }] : [];
    });
    const expired = await Promise.all(
      found.map(({ delivery }) => endIfTooLate(ports, delivery, nowMs)),
    );
    if (!expired.includes(true)) return found[0];
  }
}
