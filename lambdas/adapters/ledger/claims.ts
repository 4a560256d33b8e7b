// Claims of deliveries: whoever holds the lease may send, and record what came of it.
import { attemptsMade, type Delivery } from '../../core/deliveries/delivery.ts';
import type { Claim, ClaimRequest, DeliveryClaims } from '../../core/deliveries/ledger.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { answerWhenHolds, type Item, number, text, whenHolds } from '../aws/dynamodb/client.ts';
import { type DeliveryItems, NOT_UNDER_WAY } from './delivery-items.ts';
import { deliveryKey, fromDeliveryItem } from './items.ts';

export function createDeliveryClaims(
  table: Table,
  { putIf, read, isOwn }: DeliveryItems,
): DeliveryClaims {
  async function takeLease(request: ClaimRequest): Promise<Delivery | undefined> {
    const { transformVersion } = request;
    // What it was bound to before stays: it may have been sent so.
    const binding = transformVersion === undefined ? '' : ', tv = if_not_exists(tv, :version)';
    const answer = await answerWhenHolds(
      table.call('UpdateItem', {
        Key: deliveryKey(request.ref),
        UpdateExpression: `SET lu = :until, lh = :holder${binding}`,
        ConditionExpression: AWAITS_ATTEMPT,
        ExpressionAttributeValues: {
          ':until': number(request.leaseUntilMs),
          ':holder': text(request.holder),
          ...awaitedAttempt(request),
          ...(transformVersion === undefined ? {} : { ':version': text(transformVersion) }),
        },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return answer?.Attributes && fromDeliveryItem(answer.Attributes);
  }

  return {
    async claim(request): Promise<Claim> {
      const lease = { untilMs: request.leaseUntilMs, holder: request.holder };
      if (request.fresh) {
        const delivery = { ...request.fresh, lease };
        if (await putIf(delivery, 'attribute_not_exists(pk)')) return { kind: 'claimed', delivery };
      }
      const taken = await takeLease(request);
      if (taken) return { kind: 'claimed', delivery: taken };
      const found = await read(request.ref);
      if (!found) return { kind: 'missing' };
      return claimOf(found, request);
    },

    async recordClaimed(delivery, holder) {
      if (await putIf(delivery, 'lh = :holder', { ':holder': text(holder) })) return true;
      return isOwn(delivery, holder);
    },

    async rest(request) {
      const { ref, fresh, nowMs } = request;
      if (fresh) {
        const resting = { ...fresh, workAtMs: fresh.dueAtMs ?? nowMs };
        if (await putIf(resting, 'attribute_not_exists(pk)')) return;
      }
      // At its own due time, unless it moved on, or is being attempted, in the meantime.
      await whenHolds(
        table.call('UpdateItem', {
          Key: deliveryKey(ref),
          UpdateExpression: 'SET wat = due',
          ConditionExpression: AWAITS_ATTEMPT,
          ExpressionAttributeValues: awaitedAttempt(request),
        }),
      );
    },
  };
}

/** Its next attempt is the one in question, and nobody is making it. */
const AWAITS_ATTEMPT = `s = :waiting AND run = :run AND n = :before AND ${NOT_UNDER_WAY}`;

function awaitedAttempt({
  run,
  attempt,
  nowMs,
}: Pick<ClaimRequest, 'run' | 'attempt' | 'nowMs'>): Item {
  return {
    ':waiting': text('waiting'),
    ':run': number(run),
    ':before': number(attempt - 1),
    ':now': number(nowMs),
  };
}

/** Why the lease could not be taken, from what stands there. */
function claimOf(found: Delivery, request: ClaimRequest): Claim {
  const made = attemptsMade(found);
  const isPast = found.state !== 'waiting' || found.run > request.run || made >= request.attempt;
  if (isPast) return { kind: 'past', delivery: found };
  // The answer to our own update was lost, and the SDK's second try met our first.
  if (found.lease?.holder === request.holder) return { kind: 'claimed', delivery: found };
  if (found.lease && found.lease.untilMs >= request.nowMs) {
    return { kind: 'held', untilMs: found.lease.untilMs };
  }
  return { kind: 'missing' };
}
