// Writes that are not batched: records of failed attempts, and of deliveries that are held. Requests that began
// together time out together. Their writes go out a few at a time, so that writes of healthy deliveries, and other
// calls to the same table, do not queue behind a burst.
import type { DeliveryLedger } from '../core/deliveries/ledger.ts';

const SIDE_BY_SIDE = 2;

type SingleWrites = Pick<DeliveryLedger, 'putDeliveryOnce' | 'recordClaimed' | 'rest'>;

export function fewAtATime<L extends SingleWrites>(ledger: L): L {
  const limited = limit(SIDE_BY_SIDE);
  return {
    ...ledger,
    putDeliveryOnce: (delivery) => limited(() => ledger.putDeliveryOnce(delivery)),
    recordClaimed(delivery, holder) {
      const write = () => ledger.recordClaimed(delivery, holder);
      return delivery.state === 'delivered' ? write() : limited(write);
    },
    rest: (request) => limited(() => ledger.rest(request)),
  };
}

/** Runs tasks in their order of arrival, at most so many at a time. */
function limit(sideBySide: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;

  return async (work) => {
    if (running >= sideBySide) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The next task takes over the place.
      if (next) next();
      else running--;
    }
  };
}
