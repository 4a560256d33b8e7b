// One probe of a tripped or paused endpoint: its oldest waiting delivery, alone.

import { MAX_SQS_DELAY_MS } from '../core/advance.ts';
import type { Delivery } from '../core/delivery.ts';
import { CLEAN_HEALTH, type Health, withProbe } from '../core/endpoint-health.ts';
import { deliveryIdOf } from '../core/identifiers.ts';
import type { EndpointAddress, KeptHealth, WorkEntry } from '../core/ports.ts';
import { announceWake, sendWake } from '../core/wake-at.ts';
import { endIfTooLate, sendAll, take, type WakePorts } from './send-due.ts';

/** A probe whose outcome is not known after this long is sent again. */
const PATIENCE_MS = 2 * 60_000;
/** Wake-ups may be this early. */
const TOLERANCE_MS = 1_000;
const FAR_FUTURE_MS = 8_640_000_000_000_000;
const PAGE = 25;

export async function probe(
  ports: WakePorts,
  endpoint: EndpointAddress,
  kept: KeptHealth,
): Promise<void> {
  const { health, version } = kept;
  const nowMs = ports.surroundings.now();
  const probeAtMs = health.probeAtMs ?? nowMs;
  if (probeAtMs > nowMs + TOLERANCE_MS) return awaitProbe(ports, endpoint, kept, probeAtMs);
  const oldest = await findOldest(ports, endpoint);
  if (!oldest) return restWithoutBacklog(ports, endpoint, kept, nowMs);

  const watched = { ...health, oldestDeadlineMs: oldest.delivery.deadlineAtMs };
  // A delivery is never attempted before it is due; should it end before, it ends on time.
  if (oldest.entry.workAtMs > nowMs + TOLERANCE_MS) {
    const atMs = Math.min(oldest.entry.workAtMs, oldest.delivery.deadlineAtMs);
    return putProbe(ports, endpoint, watched, version, atMs);
  }
  // The writer alone probes; should the probe be lost, the directory brings us back.
  await ports.wakes.note(endpoint, nowMs + PATIENCE_MS);
  const claimed = withProbe(watched, nowMs + PATIENCE_MS, nowMs);
  if (!(await ports.health.putHealth(endpoint, claimed, version))) return;
  const [message] = await take(ports, oldest.entry);
  if (!message) return sendWake(ports, endpoint, nowMs + PATIENCE_MS);
  await sendAll(ports, [
    { ...message, message: { ...message.message, cause: 'probe', released: true } },
  ]);
}

/** Schedules wake early: the first to come sends the wake-up that is on time, and no other does. */
async function awaitProbe(
  ports: WakePorts,
  endpoint: EndpointAddress,
  { health, version }: KeptHealth,
  probeAtMs: number,
): Promise<void> {
  const isNear = probeAtMs - ports.surroundings.now() <= MAX_SQS_DELAY_MS;
  if (!isNear || health.probeSent) return;
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
  const after = health.state === 'tripped' ? { ...CLEAN_HEALTH, sinceMs: nowMs } : rest;
  await ports.health.putHealth(endpoint, after, version);
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
