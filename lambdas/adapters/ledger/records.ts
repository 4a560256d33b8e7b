// Deliveries put and got: fast, unconditional writes for the common path.
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { byId, type DeliveryRecords } from '../../core/deliveries/ledger.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { batchGet, batchPut, number, text, whenHolds } from '../aws/dynamodb/client.ts';
import { readEach } from '../items/version.ts';
import type { DeliveryItems } from './delivery-items.ts';
import { deliveryKey, fromDeliveryItem } from './items.ts';

export function createDeliveryRecords(
  table: Table,
  { toItem, putIf, isOwn }: DeliveryItems,
): DeliveryRecords {
  /** To what was cancelled or redacted while its first attempt was under way. */
  async function addAttempt(delivery: Delivery): Promise<void> {
    const { a, n, by } = toItem(delivery);
    if (!a || !n || !by) return;
    await whenHolds(
      table.call('UpdateItem', {
        Key: deliveryKey(delivery),
        UpdateExpression: 'SET a = :a, n = :n, #by = :by',
        ConditionExpression: 's = :cancelled AND run = :run AND n = :none',
        ExpressionAttributeNames: { '#by': 'by' },
        ExpressionAttributeValues: {
          ':a': a,
          ':n': n,
          ':by': by,
          ':cancelled': text('cancelled'),
          ':run': number(delivery.run),
          ':none': number(0),
        },
      }),
    );
  }

  return {
    async putDeliveries(deliveries) {
      const refused = await batchPut(table, deliveries.map(toItem));
      return new Set(byId(deliveries.filter((_, index) => refused.has(index))).keys());
    },

    async putDeliveryOnce(delivery) {
      if (await putIf(delivery, 'attribute_not_exists(pk)')) return true;
      if (delivery.recordedBy !== undefined && (await isOwn(delivery, delivery.recordedBy))) {
        return true;
      }
      await addAttempt(delivery);
      return false;
    },

    async getDeliveries(refs, unreadable) {
      const items = await batchGet(table, refs.map(deliveryKey));
      return byId(readEach(items, fromDeliveryItem, unreadable));
    },
  };
}
