// Puts delivered deliveries of the fast path in batches: those that end within a moment of one another
// share a call, and none waits for a slow receiver.
import type { Delivery } from '../core/delivery.ts';
import { PartlyRefusedError } from '../core/errors.ts';
import { deliveryIdOf } from '../core/identifiers.ts';
import type { DeliveryLedger } from '../core/ports.ts';

const MOMENT_MS = 5;
/** BatchWriteItem takes so many. */
const FULL = 25;

interface Waiting {
  readonly delivery: Delivery;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export function createOutcomeWriter(
  ledger: Pick<DeliveryLedger, 'putDeliveries'>,
): (delivery: Delivery) => Promise<void> {
  let waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const batch = waiting;
    waiting = [];
    try {
      const refused = await ledger.putDeliveries(batch.map(({ delivery }) => delivery));
      for (const { delivery, resolve, reject } of batch) {
        const isRefused = refused.has(deliveryIdOf(delivery.eventId, delivery.endpointId));
        if (isRefused) reject(new PartlyRefusedError('DynamoDB', refused.size, batch.length));
        else resolve();
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  return (delivery) =>
    new Promise((resolve, reject) => {
      waiting.push({ delivery, resolve, reject });
      if (waiting.length >= FULL) void flush();
      else timer ??= setTimeout(() => void flush(), MOMENT_MS);
    });
}
