// Writes that share no call: of what failed, and of what is put to rest. Requests that began together run out
// of time together; their writes go out a few at a time, so that those of healthy deliveries, and whatever else
// waits for the same table, find no burst before them.
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

/** Runs works in the order in which they come, at most so many side by side. */
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
      // Who comes next takes the place over.
      if (next) next();
      else running--;
    }
  };
}
