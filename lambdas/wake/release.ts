// One step of a recovery: releases what the pace allows, oldest first, and comes back for the next.
import { CLEAN_HEALTH } from '../core/endpoint-health.ts';
import type { EndpointAddress, KeptHealth } from '../core/ports.ts';
import { nextRelease, RELEASE_INTERVAL_MS } from '../core/release-pace.ts';
import { wakeAt } from '../core/wake-at.ts';
import { sendAll, take, type WakePorts } from './send-due.ts';

/** Longer than any instance keeps a reading of the health: what came to rest by an old one is taken then. */
const SETTLED_MS = 10_000;
const TOLERANCE_MS = 500;
const ROUNDS = 5;

export async function release(
  ports: WakePorts,
  endpoint: EndpointAddress,
  { health, version }: KeptHealth,
): Promise<void> {
  const nowMs = ports.surroundings.now();
  const before = health.release;
  if (!before) return;
  if (before.nextAtMs > nowMs + TOLERANCE_MS) return;

  const backlog = await ports.work.listDue(endpoint, nowMs, 1);
  const underWay = before.released - before.answered;
  if (backlog.length === 0 && underWay <= 0) {
    // Back to normal; what rests late, by an older reading of the health, is looked for once more.
    const isWritten = await ports.health.putHealth(
      endpoint,
      { ...CLEAN_HEALTH, sinceMs: nowMs },
      version,
    );
    if (isWritten) await wakeAt(ports, endpoint, nowMs + SETTLED_MS);
    return;
  }
  const step = nextRelease(before, nowMs);
  const due = step.allowed === 0 ? [] : await ports.work.listDue(endpoint, nowMs, step.allowed);
  const released = step.release.released - step.allowed + due.length;
  await ports.wakes.note(endpoint, step.release.nextAtMs);
  // Written before anything is sent: two wake-ups never release the same step twice.
  const after = { ...health, release: { ...step.release, released } };
  if (!(await ports.health.putHealth(endpoint, after, version))) return;
  const messages = (await Promise.all(due.map((entry) => take(ports, entry)))).flat();
  await sendAll(
    ports,
    messages.map((entry) => ({ ...entry, message: { ...entry.message, released: true } })),
  );
  await countAnswered(ports, endpoint, due.length - messages.length);
  await wakeAt(ports, endpoint, nowMs + RELEASE_INTERVAL_MS);
}

/** What was released but ended or moved on before it was sent is answered in its way. */
async function countAnswered(
  ports: WakePorts,
  endpoint: EndpointAddress,
  count: number,
): Promise<void> {
  for (let round = 0; round < ROUNDS && count > 0; round++) {
    const { health, version } = await ports.health.getHealth(endpoint);
    if (!health.release) return;
    const release = { ...health.release, answered: health.release.answered + count };
    if (await ports.health.putHealth(endpoint, { ...health, release }, version)) return;
  }
}
