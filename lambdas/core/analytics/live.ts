// Hours of an endpoint that are not counted yet, from the newest deliveries in the ledger.
import type { Delivery } from '../deliveries/delivery.ts';
import type { DeliveryListing } from '../deliveries/ledger.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import { HourCount } from './counting.ts';
import { HOUR_MS, hourOf } from './hour.ts';
import { hourOfLine, linesOf } from './line.ts';
import type { HourRollup } from './store.ts';

/** Some 75 read units. */
const READ = 500;
/** The current hour, and the one before it until rollup has come to it. */
const UNCOUNTED = 2;

export interface LiveHours {
  readonly hours: readonly HourRollup[];
  /** Whether all of the endpoint's deliveries were read. */
  readonly kind: 'exact' | 'sampled';
}

/** @param counted hours that have rollups */
export async function liveHours(
  ledger: Pick<DeliveryListing, 'listDeliveries'>,
  endpoint: Pick<Endpoint, 'id' | 'tenant' | 'environment'>,
  counted: ReadonlySet<string>,
  nowMs: number,
): Promise<LiveHours> {
  const open = Array.from({ length: UNCOUNTED }, (_, back) => hourOf(nowMs - back * HOUR_MS));
  const wanted = new Set(open.filter((hour) => !counted.has(hour)));
  if (wanted.size === 0) return { hours: [], kind: 'exact' };
  const { entries, next } = await ledger.listDeliveries(endpoint, {}, READ);
  return { hours: countedNow(entries, wanted), kind: next === undefined ? 'exact' : 'sampled' };
}

function countedNow(deliveries: readonly Delivery[], wanted: ReadonlySet<string>): HourRollup[] {
  const counts = new Map<string, HourCount>();
  for (const delivery of deliveries) {
    for (const line of linesOf(undefined, delivery)) {
      const hour = hourOfLine(line);
      if (!wanted.has(hour)) continue;
      const count = counts.get(hour) ?? new HourCount();
      counts.set(hour, count);
      count.take(line);
    }
  }
  return [...counts].flatMap(([hour, count]) => {
    count.settle(() => true);
    return [...count.rollups(() => true)]
      .filter(([{ kind }]) => kind === 'endpoint')
      .map(([, rollup]) => ({ ...rollup, hour }));
  });
}
