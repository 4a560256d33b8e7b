// Deliveries put and got: fast, unconditional writes for the common path.
import { byId, type DeliveryRecords } from '../../core/deliveries/ledger.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { batchGet, batchPut } from '../aws/dynamodb/client.ts';
import type { DeliveryItems } from './delivery-items.ts';
import { deliveryKey, fromDeliveryItem } from './items.ts';

export function createDeliveryRecords(
  table: Table,
  { toItem, putIf, isOwn }: DeliveryItems,
): DeliveryRecords {
  return {
    async putDeliveries(deliveries) {
      const refused = await batchPut(table, deliveries.map(toItem));
      return new Set(byId(deliveries.filter((_, index) => refused.has(index))).keys());
    },

    async putDeliveryOnce(delivery) {
      if (await putIf(delivery, 'attribute_not_exists(pk)')) return true;
      return delivery.recordedBy !== undefined && isOwn(delivery, delivery.recordedBy);
    },

    async getDeliveries(refs) {
      const items = await batchGet(table, refs.map(deliveryKey));
      return byId(items.map(fromDeliveryItem));
    },
  };
}
