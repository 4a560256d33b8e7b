// The ledger's deliveries.

import type { DeliveryLedger, DeliveryListing } from '../../core/deliveries/ledger.ts';
import { addressOf } from '../../core/scope.ts';
import type { Settings } from '../../core/settings.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { newestFirst } from '../items/listing.ts';
import { createDeliveryClaims } from './claims.ts';
import { createDeadIndex } from './dead.ts';
import { createDeliveryItems } from './delivery-items.ts';
import { DELIVERY_SHARDS, deliveryPartition, fromDeliveryItem } from './items.ts';
import { createDeliveryRecords } from './records.ts';
import { createDeliveryRuns } from './runs.ts';

export function createDeliveryLedger(table: Table, settings: Settings): DeliveryLedger {
  const items = createDeliveryItems(table, settings);
  return {
    ...createDeliveryRecords(table, items),
    ...createDeliveryClaims(table, items),
    ...createDeliveryRuns(items),
    ...createDeliveryListing(table),
  };
}

function createDeliveryListing(table: Table): DeliveryListing {
  const dead = createDeadIndex(table);
  return {
    listNewestDead: (endpoint, range, limit, cursor) =>
      dead.newestFirst(addressOf(endpoint), range, limit, cursor),

    async listDeliveries(endpoint, range, limit, cursor) {
      const partitions = Array.from({ length: DELIVERY_SHARDS }, (_, shard) =>
        deliveryPartition(endpoint, endpoint.id, shard),
      );
      const page = await newestFirst({ table, partitions, range, limit, cursor });
      return { ...page, entries: page.items.map(fromDeliveryItem) };
    },
  };
}
