// Counts the states of deliveries where they are written: only what the ledger took is counted.
import { attemptsMade, type Delivery, type StoredState } from '../../core/deliveries/delivery.ts';
import { byId, type DeliveryLedger } from '../../core/deliveries/ledger.ts';
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
  function count(delivery: Delivery): void {
    const { state } = delivery;
    // Only the first failure of a run begins the waiting.
    const isStillWaiting =
      state === 'waiting' && attemptsMade(delivery) - delivery.attemptsBeforeRun > 1;
    if (!isStillWaiting) metrics.count(BY_STATE[state], { env: delivery.environment });
  }
  async function countIf(write: Promise<boolean>, delivery: Delivery): Promise<boolean> {
    const isDone = await write;
    if (isDone) count(delivery);
    return isDone;
  }
  const counting: Pick<
    DeliveryLedger,
    'putDeliveries' | 'putDeliveryOnce' | 'recordClaimed' | 'rest' | 'settle'
  > = {
    async putDeliveries(deliveries) {
      const refused = await ledger.putDeliveries(deliveries);
      for (const [id, delivery] of byId(deliveries)) if (!refused.has(id)) count(delivery);
      return refused;
    },
    putDeliveryOnce: (delivery) => countIf(ledger.putDeliveryOnce(delivery), delivery),
    recordClaimed: (delivery, holder) => countIf(ledger.recordClaimed(delivery, holder), delivery),
    async rest(request) {
      await ledger.rest(request);
      metrics.count('DeliveriesHeld', { env: request.ref.environment });
    },
    settle: (delivery, state, nowMs) =>
      countIf(ledger.settle(delivery, state, nowMs), { ...delivery, state }),
  };
  return { ...ledger, ...counting };
}
