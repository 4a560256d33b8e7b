// Counts the states of deliveries where they are written: only what the ledger took is counted.
import { attemptsMade, type Delivery, type StoredState } from '../../core/deliveries/delivery.ts';
import type { DeliveryLedger } from '../../core/deliveries/ledger.ts';
import { deliveryIdOf } from '../../core/identifiers.ts';
import type { MetricName } from '../../core/metrics.ts';
import type { Metrics } from '../metrics.ts';

const BY_STATE: Readonly<Record<StoredState, MetricName>> = {
  delivered: 'DeliveriesDelivered',
  dead: 'DeliveriesDead',
  cancelled: 'DeliveriesCancelled',
  waiting: 'DeliveriesWaiting',
};

export function countStates<T extends DeliveryLedger>(
  ledger: T,
  metrics: Pick<Metrics, 'count'>,
): T {
  function count(delivery: Delivery, state: StoredState = delivery.state): void {
    // Only the first failure of a run begins the waiting.
    const isStillWaiting =
      state === 'waiting' && attemptsMade(delivery) - delivery.attemptsBeforeRun > 1;
    if (!isStillWaiting) metrics.count(BY_STATE[state], { env: delivery.environment });
  }
  const counting: Pick<
    DeliveryLedger,
    'putDeliveries' | 'putDeliveryOnce' | 'recordClaimed' | 'rest' | 'settle'
  > = {
    async putDeliveries(deliveries) {
      const refused = await ledger.putDeliveries(deliveries);
      for (const delivery of deliveries) {
        if (!refused.has(deliveryIdOf(delivery.eventId, delivery.endpointId))) count(delivery);
      }
      return refused;
    },
    async putDeliveryOnce(delivery) {
      const isNew = await ledger.putDeliveryOnce(delivery);
      if (isNew) count(delivery);
      return isNew;
    },
    async recordClaimed(delivery, holder) {
      const isRecorded = await ledger.recordClaimed(delivery, holder);
      if (isRecorded) count(delivery);
      return isRecorded;
    },
    async rest(request) {
      await ledger.rest(request);
      metrics.count('DeliveriesHeld', { env: request.ref.environment });
    },
    async settle(delivery, state, nowMs) {
      const isSettled = await ledger.settle(delivery, state, nowMs);
      if (isSettled) count(delivery, state);
      return isSettled;
    },
  };
  return { ...ledger, ...counting };
}
