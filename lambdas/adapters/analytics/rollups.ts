// Rollups as items of the ledger: an endpoint has a partition of its own, a tenant shares one with its event types.
import type { CountedRollup, Leaders, Whose } from '../../core/analytics/counting.ts';
import { HOURS_KEPT_MS, hourOf, hourStartMs } from '../../core/analytics/hour.ts';
import type {
  HourRollup,
  RollupErasure,
  RollupReader,
  RollupWriter,
} from '../../core/analytics/store.ts';
import { PartlyRefusedError } from '../../core/errors.ts';
import { packData, unpackData } from '../../core/events/data.ts';
import { inParallel } from '../../core/in-parallel.ts';
import { type Environment, scopeKey } from '../../core/scope.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { batchPut, chunksOf, getItem, type Item, pagesOf, text } from '../aws/dynamodb/client.ts';
import { ITEM_VERSION, readable, readEach } from '../items/version.ts';
import { seconds } from '../ledger/items.ts';

/** Put in turns, so that not every batch is under way at once. */
const PUT_AT_ONCE = 250;
const DELETED_AT_ONCE = 25;

function placeOf(whose: Whose): { readonly partition: string; readonly prefix: string } {
  switch (whose.kind) {
    case 'endpoint':
      return { partition: `${scopeKey(whose)}#${whose.endpoint}#rollups`, prefix: 'h#' };
    case 'type':
      return { partition: `${scopeKey(whose)}#rollups`, prefix: `t#${whose.type}#` };
    case 'tenant':
      return { partition: `${scopeKey(whose)}#rollups`, prefix: 'h#' };
    case 'stack':
      return { partition: `${whose.environment}#rollups`, prefix: 'h#' };
    default:
      return whose satisfies never;
  }
}

const leadersKey = (environment: Environment, hour: string): Item => ({
  pk: text(`${environment}#rollups`),
  sk: text(`l#${hour}`),
});

function itemOf(key: Item, hour: string, document: object): Item {
  const { bytes, deflated } = packData(JSON.stringify(document));
  const expiresAtMs = hourStartMs(hour) + HOURS_KEPT_MS;
  return {
    ...key,
    v: ITEM_VERSION,
    [deflated ? 'z' : 'd']: { B: bytes },
    exp: seconds(expiresAtMs),
  };
}

/** @throws NewerVersionError */
function documentIn<T>(stored: Item): T {
  const { z, d } = readable(stored);
  return JSON.parse(unpackData(z?.B ?? d?.B ?? new Uint8Array(), z?.B !== undefined)) as T; // itemOf wrote it
}

export function createRollups(table: Table): RollupWriter & RollupReader & RollupErasure {
  return {
    async putRollups(hour, rollups, asOfMs) {
      const items = [...rollups].map(([whose, rollup]) => {
        const { partition, prefix } = placeOf(whose);
        const key = { pk: text(partition), sk: text(prefix + hour) };
        return itemOf(key, hour, asOfMs === undefined ? rollup : { ...rollup, asOfMs });
      });
      for (const chunk of chunksOf(items, PUT_AT_ONCE)) {
        const refused = await batchPut(table, chunk);
        if (refused.size > 0) throw new PartlyRefusedError('DynamoDB', refused.size, chunk.length);
      }
    },

    async putLeaders(hour, environment, leaders) {
      const refused = await batchPut(table, [itemOf(leadersKey(environment, hour), hour, leaders)]);
      if (refused.size > 0) throw new PartlyRefusedError('DynamoDB', refused.size, 1);
    },

    async readRollups(whose, fromHour, toHour) {
      const { partition, prefix } = placeOf(whose);
      const lastHour = hourOf(hourStartMs(toHour) - 1);
      if (lastHour < fromHour) return [];
      const found: HourRollup[] = [];
      const pages = pagesOf(table, {
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':pk': text(partition),
          ':from': text(prefix + fromHour),
          ':to': text(prefix + lastHour),
        },
      });
      for await (const page of pages) {
        found.push(
          ...readEach(page, (item) => ({
            ...documentIn<CountedRollup>(item),
            hour: (item.sk?.S ?? '').slice(prefix.length),
          })),
        );
      }
      return found;
    },

    async readLeaders(environment, hour) {
      const item = await getItem(table, leadersKey(environment, hour));
      return item && documentIn<Leaders>(item);
    },

    async eraseRollups(whose, limit) {
      const { Items: items = [] } = await table.call('Query', {
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': text(placeOf(whose).partition) },
        ConsistentRead: true,
        Limit: limit,
      });
      await inParallel(items, DELETED_AT_ONCE, ({ pk, sk }) =>
        table.call('DeleteItem', { Key: { pk: text(pk?.S ?? ''), sk: text(sk?.S ?? '') } }),
      );
      return items.length;
    },
  };
}
