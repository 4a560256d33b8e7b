// Deadlines at an endpoint that rests: its deliveries stand in the index by their due times, and one that
// is past its deadline may stand behind many that are not. So all of them are looked through, as often as
// there is something to end, and rarely otherwise.
import { createdAtMs, deliveryIdOf, firstIdAt } from '../core/identifiers.ts';
import type { EndpointAddress } from '../core/scope.ts';
import { DAY_MS } from '../core/time.ts';
import { endIfTooLate, type WakePorts } from './send-due.ts';

/** Deadlines that are near one another are met together. */
const LOOK_EVERY_MS = 5 * 60_000;
/** So many are ended by one wake-up. */
const AT_ONCE = 2_000;
const PAGE = 100;

/** Ends what is past its deadline. @returns when there may be more to end; undefined if nothing waits */
export async function endExpired(
  ports: WakePorts,
  endpoint: EndpointAddress,
): Promise<number | undefined> {
  const nowMs = ports.surroundings.now();
  const deadlineMs = ports.settings.deadlineDays * DAY_MS;
  // An event's id says when it was accepted; a later run has a later deadline than its id tells.
  const youngest = firstIdAt('evt', nowMs - deadlineMs + 1);
  const { entries, nextEventId } = await ports.work.listOlder(endpoint, youngest, AT_ONCE);
  const deadlinesMs: number[] = [];
  if (nextEventId !== undefined) deadlinesMs.push(createdAtMs(nextEventId) + deadlineMs);
  for (let from = 0; from < entries.length; from += PAGE) {
    const page = entries.slice(from, from + PAGE);
    const deliveries = await ports.ledger.getDeliveries(page);
    await Promise.all(
      page.map(async (entry) => {
        const delivery = deliveries.get(deliveryIdOf(entry.eventId, entry.endpointId));
        if (delivery?.state !== 'waiting') return;
        if (!(await endIfTooLate(ports, delivery, nowMs))) deadlinesMs.push(delivery.deadlineAtMs);
      }),
    );
  }
  if (entries.length >= AT_ONCE) return nowMs + 1;
  return deadlinesMs.length === 0
    ? undefined
    : Math.max(Math.min(...deadlinesMs), nowMs + LOOK_EVERY_MS);
}
