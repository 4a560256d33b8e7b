// One step of a recovery: releases what the pace allows, oldest first, and comes back for the next.
import { LOST_AFTER_MS } from '../core/deliveries/advance.ts';
import type { WorkEntry } from '../core/deliveries/ledger.ts';
import { CLEAN_HEALTH } from '../core/health/health.ts';
import type { KeptHealth } from '../core/health/ledger.ts';
import { nextRelease, RELEASE_INTERVAL_MS } from '../core/health/release-pace.ts';
import { deliveryIdOf } from '../core/identifiers.ts';
import type { EndpointAddress } from '../core/scope.ts';
import { wakeAt } from '../core/wakes/wake-at.ts';
import { sendReleased } from './pace.ts';
import type { WakePorts } from './send-due.ts';

/** Longer than any instance keeps a reading of the health: what came to rest by an old one is taken then. */
const SETTLED_MS = 10_000;
/** Longer than an attempt takes with its way through the queue: what is under way for longer was lost. */
const UNDER_WAY_MS = 60_000;

export async function release(
  ports: WakePorts,
  endpoint: EndpointAddress,
  { health, version }: KeptHealth,
  perSecond = Number.POSITIVE_INFINITY,
): Promise<void> {
  const nowMs = ports.surroundings.now();
  const before = health.release;
  if (!before) return;
  const underWay = await countUnderWay(ports, endpoint, before.size);
  const { size, room } = nextRelease(before.size, underWay, health.failures);
  const intervalMs = Math.max(RELEASE_INTERVAL_MS, Math.ceil(1000 / perSecond));
  const allowed = Math.min(room, Math.floor((perSecond * intervalMs) / 1000));
  const due = allowed === 0 ? [] : await ports.work.listDue(endpoint, nowMs, allowed);
  const leasedUntilMs = leaseOfRelease(nowMs);
  if (due.length === 0 && underWay === 0) {
    // What an earlier step took and did not send, should it have died in between, is looked for.
    await ports.wakes.note(endpoint, leasedUntilMs);
    return backToNormal(ports, endpoint, version);
  }
  const isBlind = await isBehind(ports, due);
  const nextAtMs = nowMs + intervalMs;
  const after = { ...health, release: { size: isBlind ? before.size : size, nextAtMs } };
  const failures = await wakeAt(ports, endpoint, nextAtMs, async () => {
    // Written before anything is sent: two wake-ups never release the same step twice.
    if (!(await ports.health.putHealth(endpoint, after, version))) return [];
    const spread = { fromMs: nowMs, perSecond, leasedUntilMs };
    return sendReleased(ports, isBlind ? [] : due, spread);
  });
  if (failures.length > 0) throw failures[0];
}

/** It is healthy; what rests late, by an older reading of the health, is looked for. */
export async function backToNormal(
  ports: WakePorts,
  endpoint: EndpointAddress,
  version: number,
): Promise<void> {
  const nowMs = ports.surroundings.now();
  const healthy = { ...CLEAN_HEALTH, sinceMs: nowMs };
  await wakeAt(ports, endpoint, nowMs + SETTLED_MS, () =>
    ports.health.putHealth(endpoint, healthy, version),
  );
}

/** Until when a delivery is leased that is released at a moment: on a grid, by which such leases are known. */
export function leaseOfRelease(atMs: number): number {
  return (Math.floor(atMs / UNDER_WAY_MS) + 1) * UNDER_WAY_MS + LOST_AFTER_MS;
}

/** The leases of what may be under way. */
export function leasesUnderWay(nowMs: number): readonly number[] {
  return [leaseOfRelease(nowMs - UNDER_WAY_MS), leaseOfRelease(nowMs)];
}

/**
 * Whether the index still shows what an earlier step took where it was before, which is the oldest then: it tells nothing
 * of what is under way.
 */
async function isBehind({ ledger }: WakePorts, due: readonly WorkEntry[]): Promise<boolean> {
  const [oldest] = due;
  if (!oldest) return false;
  const found = await ledger.getDeliveries([oldest], 'left out');
  const delivery = found.get(deliveryIdOf(oldest.eventId, oldest.endpointId));
  return delivery !== undefined && delivery.workAtMs !== oldest.workAtMs;
}

/** At most `most`. What is under way still stands in the index with the lease of its release. */
async function countUnderWay(
  { work, surroundings }: WakePorts,
  endpoint: EndpointAddress,
  most: number,
): Promise<number> {
  const leases = leasesUnderWay(surroundings.now());
  const left = await Promise.all(
    leases.map((leasedUntilMs) => work.listDue(endpoint, leasedUntilMs + 1, most, leasedUntilMs)),
  );
  return left.flat().length;
}
