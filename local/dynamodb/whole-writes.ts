// dynalite writes an item's entries in indexes first and the item after them, each by itself: a process that is
// killed in between leaves an index that does not match its table, for good. LevelDB writes a batch whole, the record of
// the table's stream included.
import { createRequire, findPackageJSON } from 'node:module';
import type { JsonObject } from '../json.ts';
import type { LevelDb, TableStream } from './stream/table-stream.ts';

type Attributes = JsonObject;
interface Table {
  readonly TableName: string;
  readonly GlobalSecondaryIndexes?: readonly object[];
}

/** What dynalite keeps its tables in. */
interface Store {
  readonly db: LevelDb;
}

interface Database {
  create: (options: object) => Store;
  createKey(item: Attributes, table: Table): string;
  getIndexActions(
    indexes: readonly object[],
    before: Attributes | null | undefined,
    after: Attributes | null | undefined,
    table: Table,
  ): {
    readonly puts: readonly {
      readonly index: string;
      readonly key: string;
      readonly item: Attributes;
    }[];
    readonly deletes: readonly { readonly index: string; readonly key: string }[];
  };
  /** It is called under the item's lock, right before the item is written. */
  updateIndexes: (
    store: Store,
    table: Table,
    before: Attributes | null | undefined,
    after: Attributes | null | undefined,
    done: (error?: unknown) => void,
  ) => void;
}

/** Items that were written with their index and stream, and that dynalite is about to write again. */
const written = new WeakSet<object>();

/** By the database and the table. */
const streams = new WeakMap<LevelDb, Map<string, TableStream>>();

/** From now on each write of the table goes into its stream. */
export function streamWrites(db: LevelDb, table: string, stream: TableStream): void {
  streams.set(db, (streams.get(db) ?? new Map()).set(table, stream));
}

/** The database that dynalite opens meanwhile. */
export function databaseOf<T>(open: () => T): { readonly opened: T; readonly db: LevelDb } {
  const database = dynaliteDatabase();
  const { create } = database;
  let store: Store | undefined;
  database.create = (options) => {
    store = create(options);
    return store;
  };
  const opened = open();
  database.create = create;
  if (!store) throw new Error('another dynalite is needed');
  const { db } = store;
  const put = db.put.bind(db);
  db.put = (key, value, done) =>
    written.delete(value) ? queueMicrotask(done) : put(key, value, done);
  return { opened, db };
}

function dynaliteDatabase(): Database {
  const requireInDynalite = createRequire(findPackageJSON('dynalite', import.meta.url) ?? '');
  return requireInDynalite('./db');
}

/** From now on, an item whose place in an index changes, or whose table has a stream, is written together with it. */
export function writeItemsWhole(): void {
  const database = dynaliteDatabase();
  if (typeof database.updateIndexes !== 'function') throw new Error('another dynalite is needed');
  database.updateIndexes = (store, table, before, after, done) => {
    const indexes = table.GlobalSecondaryIndexes ?? [];
    const { puts, deletes } = database.getIndexActions(indexes, before, after, table);
    const item = after ?? before;
    const stream = item && streams.get(store.db)?.get(table.TableName);
    const record = stream?.begin(before, after);
    if (!item || puts.length + deletes.length + (record ? 1 : 0) === 0) return done();
    const placeOf = ({ index, key }: { readonly index: string; readonly key: string }) =>
      `index-global~${table.TableName}~${index}~${key}`;
    const key = `item-${table.TableName}~${database.createKey(item, table)}`;
    store.db.batch(
      [
        ...deletes.map((one) => ({ type: 'del', key: placeOf(one) }) as const),
        ...puts.map((one) => ({ type: 'put', key: placeOf(one), value: one.item }) as const),
        after ? { type: 'put', key, value: after } : { type: 'del', key },
        ...(record ? [{ type: 'put', ...record } as const] : []),
      ],
      (error) => {
        if (after && !error) written.add(after);
        if (record) stream?.end(record.value);
        done(error);
      },
    );
  };
}
