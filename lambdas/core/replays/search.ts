// Finds the deliveries of a replay: dead ones through their index, others in the log.
// A procedure: what it reads and writes goes through ports.
import type { Delivery } from '../deliveries/delivery.ts';
import type { DeliveryLedger } from '../deliveries/ledger.ts';
import { deliveryIdOf } from '../identifiers.ts';
import type { Page } from '../listing.ts';
import type { ReplayedDeliveries } from './ledger.ts';
import { isReplayed, type ReplaySearch } from './replay.ts';

interface ReplaySearchPorts {
  readonly replays: ReplayedDeliveries;
  readonly ledger: Pick<DeliveryLedger, 'getDeliveries'>;
}

const COUNT_PAGE = 1_000;

/** A page, oldest first; it may be short, or empty, and still have a next one. */
export async function findReplayed(
  { replays, ledger }: ReplaySearchPorts,
  search: ReplaySearch,
  limit: number,
  cursor: string | undefined,
): Promise<Page<Delivery>> {
  const isWanted = (delivery: Delivery): boolean => isReplayed(search, delivery);
  if (search.status !== 'dead') {
    const page = await replays.listOldestFirst(search, search, limit, cursor);
    return { ...page, entries: page.entries.filter(isWanted) };
  }
  const page = await replays.listDead(search, search, limit, cursor);
  const found = await ledger.getDeliveries(page.entries);
  const entries = page.entries.flatMap(({ eventId, endpointId }) => {
    const delivery = found.get(deliveryIdOf(eventId, endpointId));
    return delivery && isWanted(delivery) ? [delivery] : [];
  });
  return { ...page, entries };
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
    const page: Page<unknown> =
      search.status === 'dead' && search.types.length === 0 && search.subject === undefined
        ? await ports.replays.listDead(search, search, COUNT_PAGE, cursor)
        : await findReplayed(ports, search, COUNT_PAGE, cursor);
    count += page.entries.length;
    cursor = page.next;
    if (cursor !== undefined && isOutOfTime()) return { count, complete: false };
  } while (cursor !== undefined);
  return { count, complete: true };
}
