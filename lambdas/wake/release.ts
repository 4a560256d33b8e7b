// One step of a recovery: releases what the pace allows, oldest first, and comes back for the next.
import { LOST_AFTER_MS } from '../core/deliveries/advance.ts';
import { CLEAN_HEALTH } from '../core/health/health.ts';
import type { KeptHealth } from '../core/health/ledger.ts';
import { nextRelease, RELEASE_INTERVAL_MS } from '../core/health/release-pace.ts';
import type { EndpointAddress } from '../core/scope.ts';
import { wakeAt } from '../core/wakes/wake-at.ts';
import { sendReleased } from './pace.ts';
import type { WakePorts } from './send-due.ts';

/** Longer than any instance keeps a reading of the health: what came to rest by an old one is taken then. */
export const SETTLED_MS = 10_000;

export async function release(
  ports: WakePorts,
  endpoint: EndpointAddress,
  { health, version, answers }: KeptHealth,
  perSecond = Number.POSITIVE_INFINITY,
): Promise<void> {
  const nowMs = ports.surroundings.now();
  const before = health.release;
  if (!before) return;
  const step = nextRelease(before, answers, nowMs);
  const intervalMs = Math.max(RELEASE_INTERVAL_MS, Math.ceil(1000 / perSecond));
  const allowed = Math.min(step.allowed, Math.floor((perSecond * intervalMs) / 1000));
  const nextAtMs = nowMs + intervalMs;
  const due = allowed === 0 ? [] : await ports.work.listDue(endpoint, nowMs, allowed);
  if (step.allowed > 0 && due.length === 0 && step.underWay === 0) {
    // Back to normal; what an earlier step took and did not send, should it have died in between, is looked for.
    await ports.wakes.note(endpoint, nowMs + LOST_AFTER_MS);
    // And what rests late, by an older reading of the health.
    const healthy = { ...CLEAN_HEALTH, sinceMs: nowMs };
    await wakeAt(ports, endpoint, nowMs + SETTLED_MS, () =>
      ports.health.putHealth(endpoint, healthy, version),
    );
    return;
  }
  const released = step.release.released + due.length;
  await wakeAt(ports, endpoint, nextAtMs, async () => {
    // Written before anything is sent: two wake-ups never release the same step twice.
    const after = { ...health, release: { ...step.release, released, nextAtMs } };
    if (!(await ports.health.putHealth(endpoint, after, version))) return false;
    // What ended or moved on before it was sent is answered in its way.
    const gone = due.length - (await sendReleased(ports, due, { fromMs: nowMs, perSecond }));
    if (gone > 0) await ports.health.countAnswers(endpoint, gone);
    return true;
  });
}
