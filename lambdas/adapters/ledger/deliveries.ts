// The ledger's deliveries: fast, unconditional writes for the common path, conditional ones for all else.
import { attemptsMade, type Delivery } from '../../core/deliveries/delivery.ts';
import type { Claim, ClaimRequest, DeliveryLedger } from '../../core/deliveries/ledger.ts';
import { deliveryIdOf } from '../../core/identifiers.ts';
import type { DeliveryRef } from '../../core/scope.ts';
import type { Settings } from '../../core/settings.ts';
import type { DynamoDb } from '../aws/dynamodb/calls.ts';
import {
  answerWhenHolds,
  batchGet,
  batchPut,
  getItem,
  type Item,
  number,
  text,
  whenHolds,
} from '../aws/dynamodb/client.ts';
import { newestFirst } from '../items/listing.ts';
import { createDeadIndex } from './dead.ts';
import { EXPIRY_MARGIN_MS, expiryOf } from './expiry.ts';
import {
  DELIVERY_SHARDS,
  deliveryKey,
  deliveryPartition,
  fromDeliveryItem,
  toDeliveryItem,
} from './items.ts';

export function createDeliveryLedger(
  client: DynamoDb,
  table: string,
  settings: Settings,
): DeliveryLedger {
  const dead = createDeadIndex(client, table);
  const toItem = (delivery: Delivery): Item =>
    toDeliveryItem(
      delivery,
      Math.max(expiryOf(delivery.acceptedAtMs, settings), delivery.deadlineAtMs + EXPIRY_MARGIN_MS),
    );

  const putIf = (delivery: Delivery, condition: string, values?: Item): Promise<boolean> =>
    whenHolds(
      client.call('PutItem', {
        TableName: table,
        Item: toItem(delivery),
        ConditionExpression: condition,
        ExpressionAttributeValues: values,
      }),
    );

  async function read(ref: DeliveryRef): Promise<Delivery | undefined> {
    const item = await getItem(client, table, deliveryKey(ref));
    return item && fromDeliveryItem(item);
  }

  /** A write's answer may have been lost: whether what stands there now is what this holder wrote. */
  async function isOwn(ref: DeliveryRef, holder: string): Promise<boolean> {
    return (await read(ref))?.recordedBy === holder;
  }

  async function takeLease(request: ClaimRequest): Promise<Delivery | undefined> {
    const answer = await answerWhenHolds(
      client.call('UpdateItem', {
        TableName: table,
        Key: deliveryKey(request.ref),
        UpdateExpression: 'SET lu = :until, lh = :holder',
        ConditionExpression:
          's = :waiting AND run = :run AND n = :before AND (attribute_not_exists(lu) OR lu < :now)',
        ExpressionAttributeValues: {
          ':until': number(request.leaseUntilMs),
          ':holder': text(request.holder),
          ':waiting': text('waiting'),
          ':run': number(request.run),
          ':before': number(request.attempt - 1),
          ':now': number(request.nowMs),
        },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return answer?.Attributes && fromDeliveryItem(answer.Attributes);
  }

  return {
    async putDeliveries(deliveries) {
      const refused = await batchPut(client, table, deliveries.map(toItem));
      return new Set(
        [...refused].flatMap((index) => {
          const delivery = deliveries[index];
          return delivery ? [deliveryIdOf(delivery.eventId, delivery.endpointId)] : [];
        }),
      );
    },

    async putDeliveryOnce(delivery) {
      if (await putIf(delivery, 'attribute_not_exists(pk)')) return true;
      return delivery.recordedBy !== undefined && isOwn(delivery, delivery.recordedBy);
    },

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

    async rest({ ref, fresh, run, attempt, nowMs }) {
      if (fresh) {
        const resting = { ...fresh, workAtMs: fresh.dueAtMs ?? nowMs };
        if (await putIf(resting, 'attribute_not_exists(pk)')) return;
      }
      // At its own due time, unless it moved on, or is being attempted, in the meantime.
      await whenHolds(
        client.call('UpdateItem', {
          TableName: table,
          Key: deliveryKey(ref),
          UpdateExpression: 'SET wat = due',
          ConditionExpression:
            's = :waiting AND run = :run AND n = :before AND (attribute_not_exists(lu) OR lu < :now)',
          ExpressionAttributeValues: {
            ':waiting': text('waiting'),
            ':run': number(run),
            ':before': number(attempt - 1),
            ':now': number(nowMs),
          },
        }),
      );
    },

    openRun(delivery, seenRun) {
      const holds = [
        'run = :seen AND n = :n AND attribute_not_exists(rd)',
        '(attribute_not_exists(lu) OR lu < :now)',
      ].join(' AND ');
      return putIf(delivery, holds, {
        ':seen': number(seenRun),
        ':n': number(attemptsMade(delivery)),
        // A run is due when it is opened.
        ':now': number(delivery.dueAtMs ?? 0),
      });
    },

    async settle(delivery, state) {
      const { dueAtMs, nextCause, lease, workAtMs, ...rest } = delivery;
      return putIf(
        { ...rest, state },
        'attribute_not_exists(pk) OR (s = :waiting AND run = :run AND n = :n)',
        {
          ':waiting': text('waiting'),
          ':run': number(delivery.run),
          ':n': number(attemptsMade(delivery)),
        },
      );
    },

    async getDeliveries(refs) {
      const items = await batchGet(client, table, refs.map(deliveryKey));
      return new Map(
        items.map((item) => {
          const delivery = fromDeliveryItem(item);
          return [deliveryIdOf(delivery.eventId, delivery.endpointId), delivery];
        }),
      );
    },

    async listNewestDead(endpoint, range, limit, cursor) {
      const address = { ...endpoint, endpointId: endpoint.id };
      return dead.newestFirst(address, range, limit, cursor);
    },

    async listDeliveries(endpoint, range, limit, cursor) {
      const partitions = Array.from({ length: DELIVERY_SHARDS }, (_, shard) =>
        deliveryPartition(endpoint, endpoint.id, shard),
      );
      const page = await newestFirst({ client, table, partitions, range, limit, cursor });
      return { ...page, entries: page.items.map(fromDeliveryItem) };
    },
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
