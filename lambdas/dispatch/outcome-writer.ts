// Batches the writes of deliveries that succeeded on the fast path.
import { afterAMoment, shareCalls } from '../adapters/shared-calls.ts';
import type { Delivery } from '../core/deliveries/delivery.ts';
import type { DeliveryLedger } from '../core/deliveries/ledger.ts';
import { PartlyRefusedError } from '../core/errors.ts';
import { deliveryIdOf } from '../core/identifiers.ts';

/** BatchWriteItem takes so many. */
const FULL = 25;

export function createOutcomeWriter(
  ledger: Pick<DeliveryLedger, 'putDeliveries'>,
): (delivery: Delivery) => Promise<void> {
  const write = shareCalls(async (deliveries: readonly Delivery[]) => {
    const refused = await ledger.putDeliveries(deliveries);
    return deliveries.map(({ eventId, endpointId }) =>
      refused.has(deliveryIdOf(eventId, endpointId))
        ? new PartlyRefusedError('DynamoDB', refused.size, deliveries.length)
        : undefined,
    );
  }, afterAMoment(FULL));

  return async (delivery) => {
    const [error] = await write([delivery]);
    if (error) throw error;
  };
}
