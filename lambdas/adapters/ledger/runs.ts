// Runs of deliveries: opened anew, or ended without an attempt.
import { attemptsMade } from '../../core/deliveries/delivery.ts';
import type { DeliveryRuns } from '../../core/deliveries/ledger.ts';
import { number, text } from '../aws/dynamodb/client.ts';
import { type DeliveryItems, NOT_UNDER_WAY } from './delivery-items.ts';

export function createDeliveryRuns({ putIf }: Pick<DeliveryItems, 'putIf'>): DeliveryRuns {
  return {
    openRun(delivery, seenRun) {
      const holds = `run = :seen AND n = :n AND attribute_not_exists(rd) AND ${NOT_UNDER_WAY}`;
      return putIf(delivery, holds, {
        ':seen': number(seenRun),
        ':n': number(attemptsMade(delivery)),
        // A run is due when it is opened.
        ':now': number(delivery.dueAtMs ?? 0),
      });
    },

    async settle(delivery, state, nowMs) {
      // Its due time stays: it tells that no attempt ended it, whoever reads it later.
      const { nextCause, lease, workAtMs, ...rest } = delivery;
      // What is past its deadline ended then, whoever meets it.
      const isOverdue = state === 'dead' && delivery.deathReason === 'deadline';
      return putIf(
        { ...rest, state, ...(isOverdue ? {} : { endedAtMs: nowMs }) },
        `attribute_not_exists(pk) OR (s = :waiting AND run = :run AND n = :n AND ${NOT_UNDER_WAY})`,
        {
          ':waiting': text('waiting'),
          ':run': number(delivery.run),
          ':n': number(attemptsMade(delivery)),
          ':now': number(nowMs),
        },
      );
    },
  };
}
