// The ledger over DynamoDB in memory: the adapters' own code, and what stands in it without a call.
import { tableOf } from '../../../lambdas/adapters/aws/dynamodb/calls.ts';
import type { Item } from '../../../lambdas/adapters/aws/dynamodb/client.ts';
import { createDeliveryLedger } from '../../../lambdas/adapters/ledger/deliveries.ts';
import { createEventLedger } from '../../../lambdas/adapters/ledger/events.ts';
import { createHealthLedger } from '../../../lambdas/adapters/ledger/health.ts';
import {
  deliveryKey,
  fromDeliveryItem,
  fromEventItem,
} from '../../../lambdas/adapters/ledger/items.ts';
import { createRedactionLedger } from '../../../lambdas/adapters/ledger/redaction.ts';
import { createReplayLedger } from '../../../lambdas/adapters/ledger/replays.ts';
import { createWorkLedger } from '../../../lambdas/adapters/ledger/work.ts';
import type { Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import type { StoredEvent } from '../../../lambdas/core/events/ledger.ts';
import { CLEAN_HEALTH, type Health, readHealth } from '../../../lambdas/core/health/health.ts';
import { type DeliveryRef, type EndpointAddress, scopeKey } from '../../../lambdas/core/scope.ts';
import { type Settings, settingsSchema } from '../../../lambdas/core/settings.ts';
import type { CallCounts } from './call-counts.ts';
import { createMemoryDynamoDb, LEDGER_TABLE, type MemoryDynamoDb } from './dynamodb/service.ts';
import type { MemoryTable } from './dynamodb/table.ts';

/** What stands in the ledger now. */
export interface LedgerContents {
  readonly deliveries: ItemView<Delivery>;
  readonly events: ItemView<StoredEvent>;
  find(ref: DeliveryRef): Delivery | undefined;
  attemptsOf(ref: DeliveryRef): number;
  healthOf(endpoint: EndpointAddress): Health;
  /** How many deliveries wait. */
  waiting(): number;
}

export type MemoryLedger = ReturnType<typeof createMemoryLedger>;

/** A table's items of one kind, in the order in which they came, each read once. */
export class ItemView<T> {
  private readonly table: MemoryTable;
  private readonly isOfKind: (partition: string) => boolean;
  private readonly read: (item: Item) => T;
  private readonly known = new WeakMap<Item, T>();

  constructor(table: MemoryTable, kind: RegExp, read: (item: Item) => T) {
    this.table = table;
    this.isOfKind = (partition) => kind.test(partition);
    this.read = read;
  }

  *[Symbol.iterator](): Generator<[string, T]> {
    for (const [key, { item }] of this.table.stored) {
      if (this.isOfKind(item.pk?.S ?? '')) yield [key, this.of(item)];
    }
  }

  *values(): Generator<T> {
    for (const [, value] of this) yield value;
  }

  get(key: string): T | undefined {
    const found = this.table.stored.get(key);
    return found && this.of(found.item);
  }

  get size(): number {
    return [...this].length;
  }

  private of(item: Item): T {
    const known = this.known.get(item);
    if (known !== undefined) return known;
    const value = this.read(item);
    this.known.set(item, value);
    return value;
  }
}

export function contentsOf({ ledger }: Pick<MemoryDynamoDb, 'ledger'>): LedgerContents {
  const deliveries = new ItemView(ledger, /#d\d$/, fromDeliveryItem);
  return {
    deliveries,
    events: new ItemView(ledger, /#e\d$/, fromEventItem),
    find(ref) {
      const { pk, sk } = deliveryKey(ref);
      return deliveries.get(`${pk?.S}\n${sk?.S}`);
    },
    attemptsOf: (ref) => Number(ledger.get(deliveryKey(ref))?.item.n?.N ?? 0),
    healthOf(endpoint) {
      const pk = { S: `${scopeKey(endpoint)}#${endpoint.endpointId}#health` };
      const doc = ledger.get({ pk, sk: { S: 'health' } })?.item.doc?.S;
      return doc === undefined ? CLEAN_HEALTH : readHealth(JSON.parse(doc));
    },
    waiting() {
      let waiting = 0;
      for (const [hash, size] of ledger.indexSizes) if (hash.includes('#waiting#')) waiting += size;
      return waiting;
    },
  };
}

export function createMemoryLedger(
  counts: CallCounts,
  given: Partial<Settings> = {},
  dynamoDb = createMemoryDynamoDb(counts, { nowMs: () => 0 }),
) {
  const settings = settingsSchema.parse(given);
  const table = tableOf(dynamoDb, LEDGER_TABLE);
  return {
    ...createEventLedger(table, settings),
    ...createDeliveryLedger(table, settings),
    ...createWorkLedger(table),
    ...createHealthLedger(table),
    ...createReplayLedger(table, settings),
    ...createRedactionLedger(table),
    ...contentsOf(dynamoDb),
  };
}
