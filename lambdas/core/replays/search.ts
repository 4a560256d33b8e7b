// Finds the deliveries of a replay: dead ones through their index (unless they are not stored as dead yet), others in
// the log.
// A procedure: what it reads and writes goes through ports.
import { defined } from '../defined.ts';
import type { Delivery } from '../deliveries/delivery.ts';
import type { DeliveryLedger } from '../deliveries/ledger.ts';
import { type OverdueSearchPorts, overdueBeforeMs, standingAt } from '../deliveries/overdue.ts';
import { createdAtMs, deliveryIdOf } from '../identifiers.ts';
import type { Page } from '../listing.ts';
import type { ReplayedDeliveries } from './ledger.ts';
import { isReplayed, type ReplaySearch } from './replay.ts';

export interface ReplaySearchPorts extends OverdueSearchPorts {
  readonly replays: ReplayedDeliveries;
  readonly ledger: Pick<DeliveryLedger, 'getDeliveries'>;
}

const COUNT_PAGE = 1_000;

/** A page, oldest first; it may be short, or empty, and still have a next one. */
export async function findReplayed(
  ports: ReplaySearchPorts,
  search: ReplaySearch,
  limit: number,
  cursor: string | undefined,
): Promise<Page<Delivery>> {
  const { replays, ledger, surroundings } = ports;
  const isWanted = (found: Delivery | undefined): Delivery[] => {
    const delivery = found && standingAt(found, surroundings.now());
    return delivery && isReplayed(search, delivery) ? [delivery] : [];
  };
  const logEndMs = await endOfLog(ports, search, cursor);
  if (logEndMs > search.sinceMs) {
    const untilMs = Math.min(search.untilMs, logEndMs);
    const page = await replays.listOldestFirst(search, { ...search, untilMs }, limit, cursor);
    const next = page.next ?? (untilMs < search.untilMs ? String(untilMs) : undefined);
    return defined({ entries: page.entries.flatMap(isWanted), next });
  }
  const page = await replays.listDead(search, search, limit, cursor);
  const found = await ledger.getDeliveries(page.entries);
  const entries = page.entries.flatMap(({ eventId, endpointId }) =>
    isWanted(found.get(deliveryIdOf(eventId, endpointId))),
  );
  return { ...page, entries };
}

/** Until when the log is read, and not the index of the dead, whose cursors are times. */
async function endOfLog(
  ports: ReplaySearchPorts,
  search: ReplaySearch,
  cursor: string | undefined,
): Promise<number> {
  if (search.status !== 'dead') return search.untilMs;
  if (cursor !== undefined && Number.isFinite(Number(cursor))) return 0;
  const overdueMs = await overdueBeforeMs(ports, search);
  // What was begun in the log goes on there to the end of its millisecond.
  return cursor === undefined ? overdueMs : Math.max(createdAtMs(cursor) + 1, overdueMs);
}

export interface ReplayCount {
  readonly count: number;
  /** False if there was no time to count them all. */
  readonly complete: boolean;
}

export async function countReplayed(
  ports: ReplaySearchPorts,
  search: ReplaySearch,
  isOutOfTime: () => boolean,
): Promise<ReplayCount> {
  let count = 0;
  let cursor: string | undefined;
  do {
    // The index alone gives the number of dead deliveries; their types are in the deliveries.
    const isCounted =
      search.types.length === 0 &&
      search.subject === undefined &&
      (await endOfLog(ports, search, cursor)) <= search.sinceMs;
    const page: Page<unknown> = isCounted
      ? await ports.replays.listDead(search, search, COUNT_PAGE, cursor)
      : await findReplayed(ports, search, COUNT_PAGE, cursor);
    count += page.entries.length;
    cursor = page.next;
    if (cursor !== undefined && isOutOfTime()) return { count, complete: false };
  } while (cursor !== undefined);
  return { count, complete: true };
}
