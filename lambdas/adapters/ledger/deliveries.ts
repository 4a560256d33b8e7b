// The ledger's deliveries.

import type { DeliveryLedger, DeliveryListing } from '../../core/deliveries/ledger.ts';
import { addressOf } from '../../core/scope.ts';
import type { Settings } from '../../core/settings.ts';
import type { DynamoDb } from '../aws/dynamodb/calls.ts';
import { newestFirst } from '../items/listing.ts';
import { createDeliveryClaims } from './claims.ts';
import { createDeadIndex } from './dead.ts';
import { createDeliveryItems } from './delivery-items.ts';
import { DELIVERY_SHARDS, deliveryPartition, fromDeliveryItem } from './items.ts';
import { createDeliveryRecords } from './records.ts';
import { createDeliveryRuns } from './runs.ts';

export function createDeliveryLedger(
  client: DynamoDb,
  table: string,
  settings: Settings,
): DeliveryLedger {
  const items = createDeliveryItems(client, table, settings);
  return {
    ...createDeliveryRecords(client, table, items),
    ...createDeliveryClaims(client, table, items),
    ...createDeliveryRuns(items),
    ...createDeliveryListing(client, table),
  };
}

function createDeliveryListing(client: DynamoDb, table: string): DeliveryListing {
  const dead = createDeadIndex(client, table);
  return {
    listNewestDead: (endpoint, range, limit, cursor) =>
      dead.newestFirst(addressOf(endpoint), range, limit, cursor),

    async listDeliveries(endpoint, range, limit, cursor) {
      const partitions = Array.from({ length: DELIVERY_SHARDS }, (_, shard) =>
        deliveryPartition(endpoint, endpoint.id, shard),
      );
      const page = await newestFirst({ client, table, partitions, range, limit, cursor });
      return { ...page, entries: page.items.map(fromDeliveryItem) };
    },
  };
}
