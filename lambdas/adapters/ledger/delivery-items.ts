// Deliveries as items of the ledger: written under conditions, and read.
import type { Delivery } from '../../core/deliveries/delivery.ts';
import type { DeliveryRef } from '../../core/scope.ts';
import type { Settings } from '../../core/settings.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { getItem, type Item, whenHolds } from '../aws/dynamodb/client.ts';
import { EXPIRY_MARGIN_MS, expiryOf } from './expiry.ts';
import { deliveryKey, fromDeliveryItem, toDeliveryItem } from './items.ts';

/** Nobody makes an attempt just now: its outcome must find its place. */
export const NOT_UNDER_WAY = '(attribute_not_exists(lu) OR lu < :now)';

export type DeliveryItems = ReturnType<typeof createDeliveryItems>;

export function createDeliveryItems(table: Table, settings: Settings) {
  const toItem = (delivery: Delivery): Item =>
    toDeliveryItem(
      delivery,
      Math.max(expiryOf(delivery.acceptedAtMs, settings), delivery.deadlineAtMs + EXPIRY_MARGIN_MS),
    );
  async function read(ref: DeliveryRef): Promise<Delivery | undefined> {
    const item = await getItem(table, deliveryKey(ref));
    return item && fromDeliveryItem(item);
  }
  return {
    toItem,
    putIf: (delivery: Delivery, condition: string, values?: Item): Promise<boolean> =>
      whenHolds(
        table.call('PutItem', {
          Item: toItem(delivery),
          ConditionExpression: condition,
          ExpressionAttributeValues: values,
        }),
      ),
    read,
    /** A write's answer may have been lost: whether what stands there now is what this holder wrote. */
    isOwn: async (ref: DeliveryRef, holder: string): Promise<boolean> =>
      (await read(ref))?.recordedBy === holder,
  };
}
