// Rollups as items of the ledger: an endpoint has a partition of its own, a tenant shares one with its event types.
import type { CountedRollup, Leaders, Whose } from '../../core/analytics/counting.ts';
import { DAYS_KEPT_MS, dayOf, dayStartMs } from '../../core/analytics/day.ts';
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

/** Of hours, and of days. */
type Length = 'h' | 'd';

function partitionOf(whose: Whose): string {
  switch (whose.kind) {
    case 'endpoint':
      return `${scopeKey(whose)}#${whose.endpoint}#rollups`;
    case 'type':
    case 'tenant':
      return `${scopeKey(whose)}#rollups`;
    case 'stack':
      return `${whose.environment}#rollups`;
    default:
      return whose satisfies never;
  }
}

function prefixOf(whose: Whose, length: Length): string {
  if (whose.kind === 'type') return `${length === 'h' ? 't' : 'td'}#${whose.type}#`;
  return `${length}#`;
}

const leadersKey = (environment: Environment, hour: string): Item => ({
  pk: text(`${environment}#rollups`),
  sk: text(`l#${hour}`),
});

function itemOf(key: Item, expiresAtMs: number, document: object): Item {
  const { bytes, deflated } = packData(JSON.stringify(document));
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

const expiryOf = (hour: string): number => hourStartMs(hour) + HOURS_KEPT_MS;

export function createRollups(table: Table): RollupWriter & RollupReader & RollupErasure {
  async function put(items: readonly Item[]): Promise<void> {
    for (const chunk of chunksOf(items, PUT_AT_ONCE)) {
      const refused = await batchPut(table, chunk);
      if (refused.size > 0) throw new PartlyRefusedError('DynamoDB', refused.size, chunk.length);
    }
  }

  /** Both ends included. @param hourAt of what stands behind the prefix of a key */
  async function between(
    whose: Whose,
    length: Length,
    [from, to]: readonly [string, string],
    isConsistent: boolean,
    hourAt: (place: string) => string,
  ): Promise<HourRollup[]> {
    if (to < from) return [];
    const prefix = prefixOf(whose, length);
    const found: HourRollup[] = [];
    const pages = pagesOf(table, {
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: {
        ':pk': text(partitionOf(whose)),
        ':from': text(prefix + from),
        ':to': text(prefix + to),
      },
      ConsistentRead: isConsistent,
    });
    for await (const page of pages) {
      found.push(
        ...readEach(page, (item) => ({
          ...documentIn<CountedRollup>(item),
          hour: hourAt((item.sk?.S ?? '').slice(prefix.length)),
        })),
      );
    }
    return found;
  }

  return {
    putRollups: (hour, rollups, asOfMs) =>
      put(
        [...rollups].map(([whose, rollup]) =>
          itemOf(
            { pk: text(partitionOf(whose)), sk: text(prefixOf(whose, 'h') + hour) },
            expiryOf(hour),
            asOfMs === undefined ? rollup : { ...rollup, asOfMs },
          ),
        ),
      ),

    putDays: (day, rollups) =>
      put(
        [...rollups].map(([whose, rollup]) =>
          itemOf(
            { pk: text(partitionOf(whose)), sk: text(prefixOf(whose, 'd') + day) },
            dayStartMs(day) + DAYS_KEPT_MS,
            rollup,
          ),
        ),
      ),

    putLeaders: (hour, environment, leaders) =>
      put([itemOf(leadersKey(environment, hour), expiryOf(hour), leaders)]),

    readRollups: (whose, fromHour, toHour, isConsistent = false) => {
      const lastHour = hourOf(hourStartMs(toHour) - 1);
      return between(whose, 'h', [fromHour, lastHour], isConsistent, (hour) => hour);
    },

    readDays: (whose, fromDay, toDay) => {
      const lastDay = dayOf(dayStartMs(toDay) - 1);
      return between(whose, 'd', [fromDay, lastDay], false, (day) => hourOf(dayStartMs(day)));
    },

    async readLeaders(environment, hour) {
      const item = await getItem(table, leadersKey(environment, hour));
      return item && documentIn<Leaders>(item);
    },

    async eraseRollups(whose, limit) {
      const { Items: items = [] } = await table.call('Query', {
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': text(partitionOf(whose)) },
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
