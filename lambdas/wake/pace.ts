// The backlog of an endpoint with maxPerSecond: released oldest first, at its rate.
import { LOST_AFTER_MS } from '../core/deliveries/advance.ts';
import type { WorkEntry } from '../core/deliveries/ledger.ts';
import { RELEASE_AHEAD_MS, RELEASE_EARLY_MS } from '../core/endpoints/rate-limit.ts';
import { MAX_RELEASE } from '../core/health/release-pace.ts';
import type { EndpointAddress } from '../core/scope.ts';
import { wakeAt } from '../core/wakes/wake-at.ts';
import { takeAndSend, type WakePorts } from './send-due.ts';

/** Wake-ups may be this early. */
const TOLERANCE_MS = 1_000;

/** One step: what the rate has room for, and a wake-up for the next one. */
export async function releaseAtRate(
  ports: WakePorts,
  endpoint: EndpointAddress,
  beforeMs: number,
  perSecond: number,
): Promise<void> {
  const nowMs = ports.surroundings.now();
  const { released: seenMs } = await ports.rates.getRate(endpoint);
  const stepAtMs = seenMs - RELEASE_EARLY_MS;
  // The step's own wake-up is on its way; this one may have struck its entry.
  if (stepAtMs > nowMs + TOLERANCE_MS) return ports.wakes.note(endpoint, stepAtMs);
  const fromMs = Math.max(seenMs, nowMs);
  const room = Math.floor(((nowMs + RELEASE_AHEAD_MS - fromMs) * perSecond) / 1000);
  const most = Math.min(room, MAX_RELEASE);
  const due = await ports.work.listDue(endpoint, beforeMs, most);
  if (due.length === 0) return;
  const overdue = due.filter(
    ({ workAtMs }, index) => workAtMs <= fromMs + (index * 1000) / perSecond,
  );
  const spanMs = Math.ceil((overdue.length * 1000) / perSecond);
  const nextAtMs = Math.max(fromMs + spanMs - RELEASE_EARLY_MS, nowMs + TOLERANCE_MS);
  // Should we die with some of it taken and not sent: sweep wakes the endpoint when the leases are over.
  const leasedUntilMs = beforeMs + LOST_AFTER_MS;
  await ports.wakes.note(endpoint, leasedUntilMs);
  const failures = await wakeAt(ports, endpoint, nextAtMs, async () => {
    // Written before anything is sent: two wake-ups never release the same step twice.
    const slots = { seenMs, nowMs, latestMs: seenMs, spanMs };
    if ((await ports.rates.reserveSlots(endpoint, 'released', slots)) === undefined) return false;
    return sendReleased(ports, due, { fromMs, perSecond, leasedUntilMs });
  });
  if (failures && failures.length > 0) throw failures[0];
}

interface Spread {
  readonly fromMs: number;
  readonly perSecond: number;
  readonly leasedUntilMs: number;
}

/**
 * Takes entries and lets them pass, spread over time if their endpoint has a limit.
 * @returns why some were not taken: the next step finds them
 */
export async function sendReleased(
  ports: WakePorts,
  due: readonly WorkEntry[],
  { fromMs, perSecond, leasedUntilMs }: Spread,
): Promise<unknown[]> {
  const aheadMs = fromMs - ports.surroundings.now();
  return takeAndSend(ports, due, leasedUntilMs, ({ message, delaySeconds }, index) => ({
    message: { ...message, released: true },
    delaySeconds: Math.max(delaySeconds, Math.floor(aheadMs / 1000 + index / perSecond)),
  }));
}
