// dynalite writes an item's entries in indexes first and the item after them, each by itself: a process that is
// killed in between leaves an index that does not match its table, for good. LevelDB writes a batch whole.
import { createRequire, findPackageJSON } from 'node:module';

type Attributes = Readonly<Record<string, unknown>>;
type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: Attributes }
  | { readonly type: 'del'; readonly key: string };

interface Table {
  readonly TableName: string;
  readonly GlobalSecondaryIndexes?: readonly object[];
}

/** What dynalite keeps its tables in. */
interface Store {
  readonly db: { batch(operations: readonly Operation[], done: (error?: unknown) => void): void };
}

interface Database {
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

/** From now on, an item whose place in an index changes is written together with it; dynalite then writes it again. */
export function writeItemsWhole(): void {
  const requireInDynalite = createRequire(findPackageJSON('dynalite', import.meta.url) ?? '');
  const database: Database = requireInDynalite('./db');
  if (typeof database.updateIndexes !== 'function') throw new Error('another dynalite is needed');
  database.updateIndexes = (store, table, before, after, done) => {
    const indexes = table.GlobalSecondaryIndexes ?? [];
    const { puts, deletes } = database.getIndexActions(indexes, before, after, table);
    const item = after ?? before;
    if (!item || puts.length + deletes.length === 0) return done();
    const placeOf = ({ index, key }: { readonly index: string; readonly key: string }) =>
      `index-global~${table.TableName}~${index}~${key}`;
    const key = `item-${table.TableName}~${database.createKey(item, table)}`;
    store.db.batch(
      [
        ...deletes.map((one) => ({ type: 'del', key: placeOf(one) }) as const),
        ...puts.map((one) => ({ type: 'put', key: placeOf(one), value: one.item }) as const),
        after ? { type: 'put', key, value: after } : { type: 'del', key },
      ],
      done,
    );
  };
}
