// The look through an endpoint at rest: what is past its deadline is stored as dead and told.
import { LEASED_AT_MOST_MS } from '../core/deliveries/advance.ts';
import { settleOverdue } from '../core/deliveries/overdue.ts';
import { firstIdAt } from '../core/identifiers.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { EndpointAddress } from '../core/scope.ts';
import { DAY_MS } from '../core/time.ts';
import { FAR_FUTURE_MS } from '../core/wakes/bucket.ts';
import { nextLookMs } from '../core/wakes/look.ts';
import type { WakeMessage } from '../core/wakes/message.ts';
import { duePages, sendWake, type WakePorts } from './send-due.ts';

/** Keys alone are listed: only those of old events are read. */
const PAGE = 1_000;
const AT_ONCE = 100;

/** @returns false if it ran out of time: another message goes on */
export async function lookThrough(
  ports: WakePorts,
  message: WakeMessage,
  isOutOfTime: () => boolean,
): Promise<boolean> {
  const nowMs = ports.surroundings.now();
  // A delivery is due by its deadline at the latest, and a later run has a later deadline than its event's id tells.
  const endMs = nowMs + LEASED_AT_MOST_MS;
  const youngest = firstIdAt('evt', nowMs - ports.settings.deadlineDays * DAY_MS + 1);
  for await (const page of duePages(ports.work, message, endMs, PAGE, message.lookFromMs)) {
    const old = page.filter(({ eventId }) => eventId < youngest);
    const deliveries = [...(await ports.ledger.getDeliveries(old, 'left out')).values()];
    await inParallel(deliveries, AT_ONCE, (delivery) => settleOverdue(ports, delivery, nowMs));
    const lookFromMs = page.at(-1)?.workAtMs ?? endMs;
    if (lookFromMs !== message.lookFromMs && isOutOfTime()) {
      await sendWake(ports, { ...message, lookFromMs }, 0);
      return false;
    }
  }
  return true;
}

/** Enters the next look if anything waits; what comes to rest later has an entry of its own. */
export async function enterNextLook(
  { work, wakes }: WakePorts,
  endpoint: EndpointAddress,
  afterMs: number,
): Promise<void> {
  const waiting = await work.listDue(endpoint, FAR_FUTURE_MS, 1);
  if (waiting.length > 0) await wakes.note(endpoint, nextLookMs(endpoint.endpointId, afterMs));
}
