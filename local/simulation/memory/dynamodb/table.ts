// A table in memory: items by their keys, sorted partitions, and an index that may be behind.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from '../../../../lambdas/adapters/aws/dynamodb/client.ts';
import { itemBytes } from '../../../../lambdas/adapters/items/size.ts';
import { SortedList } from '../sorted-list.ts';
import type { KeyRange } from './expressions.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const MAX_ITEM_BYTES = 400 * 1024;
const PAGE_BYTES = 1024 * 1024;
const INDEX_ENTRY_BYTES = 200;

interface Stored {
  readonly item: Item;
  readonly bytes: number;
}

/** An item at its place in a partition of the table or of the index. */
interface Placed {
  /** A string's or a number's value. */
  readonly sort: string | number;
  readonly key: string;
  readonly stored: Stored;
}

interface IndexDefinition {
  readonly hash: string;
  readonly range: string;
  /** How long the next write takes to show in it, milliseconds. */
  readonly lagMs: () => number;
}

export interface QueryRequest {
  readonly range: KeyRange;
  readonly isByIndex: boolean;
  readonly isForward: boolean;
  readonly limit: number;
  readonly startKey: Item | undefined;
}

export interface QueryPage {
  readonly items: Item[];
  readonly bytes: number;
  readonly lastKey?: Item;
}

export class TooLargeError extends Error {}

const NOTHING: Stored = { item: {}, bytes: 0 };
/** After every key of its place. */
const LAST_KEY = '\uffff';

/** @throws Error as DynamoDB's, if a part of the key is missing or empty */
function keyText({ pk, sk }: Item): string {
  return `${keyPart(pk?.S)}\n${keyPart(sk?.S)}`;
}

function keyPart(part: string | undefined): string {
  if (part) return part;
  const message = 'A key attribute cannot contain an empty string value';
  throw Object.assign(new Error(message), { name: 'ValidationException' });
}

function byPlace(a: Placed, b: Placed): number {
  if (a.sort !== b.sort) return a.sort < b.sort ? -1 : 1;
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

const sortOf = ({ S, N }: AttributeValue): string | number => S ?? Number(N);

export class MemoryTable {
  private readonly nowMs: () => number;
  private readonly index: IndexDefinition | undefined;
  private readonly partitions = new Map<string, SortedList<Placed>>();
  private readonly indexed = new Map<string, SortedList<Placed>>();
  /** Writes that the index does not show yet, in their order. */
  private readonly late: { readonly atMs: number; readonly show: () => void }[] = [];
  /** Told of each item that is put, and of what stood there: the table's stream. */
  onPut: (before: Item | undefined, after: Item) => void = () => undefined;
  /** By key, in the order in which they came. */
  readonly stored = new Map<string, Stored>();
  /** How many items belong to each partition of the index, whatever it shows. */
  readonly indexSizes = new Map<string, number>();

  constructor(nowMs: () => number, index?: IndexDefinition) {
    this.nowMs = nowMs;
    this.index = index;
  }

  get(key: Item): Stored | undefined {
    return this.stored.get(keyText(key));
  }

  /** @returns the units that it takes: a write of the item, and those of the index. @throws TooLargeError */
  put(item: Item): number {
    const key = keyText(item);
    const before = this.stored.get(key);
    const stored = { item, bytes: itemBytes(item) };
    if (stored.bytes > MAX_ITEM_BYTES) throw new TooLargeError(`${stored.bytes} bytes`);
    this.stored.set(key, stored);
    this.onPut(before?.item, item);
    partitionOf(this.partitions, item.pk?.S ?? '').put({ sort: item.sk?.S ?? '', key, stored });
    return unitsOf(Math.max(stored.bytes, before?.bytes ?? 0)) + this.show(key, before, stored);
  }

  delete(key: Item): number {
    const text = keyText(key);
    const before = this.stored.get(text);
    if (!before) return 1;
    this.stored.delete(text);
    const partition = this.partitions.get(key.pk?.S ?? '');
    partition?.remove({ sort: key.sk?.S ?? '', key: text, stored: before });
    if (partition?.size === 0) this.partitions.delete(key.pk?.S ?? '');
    return unitsOf(before.bytes) + this.show(text, before, undefined);
  }

  query({ range, isByIndex, isForward, limit, startKey }: QueryRequest): QueryPage {
    for (const part of [range.hash, range.prefix, range.from?.value.S, range.to?.value.S]) {
      if (part !== undefined) keyPart(part);
    }
    if (isByIndex) this.catchUp();
    const partition = (isByIndex ? this.indexed : this.partitions).get(range.hash);
    const items: Item[] = [];
    let bytes = 0;
    if (!partition) return { items, bytes };
    const start = this.start(startKey, isByIndex);
    const type = isByIndex ? 'N' : 'S';
    for (const { sort, stored } of placesFrom(partition, range, isForward, start, type)) {
      const end = isForward ? range.to : range.from;
      const last = end && sortOf(end.value);
      if (last !== undefined && (isForward ? sort > last : sort < last)) break;
      if (sort === last && end?.isExcluded) break;
      if (range.prefix !== undefined && !String(sort).startsWith(range.prefix)) break;
      items.push(isByIndex ? this.keyOf(stored.item, true) : stored.item);
      bytes += isByIndex ? INDEX_ENTRY_BYTES : stored.bytes;
      if (items.length >= limit || bytes > PAGE_BYTES) {
        return { items, bytes, lastKey: this.keyOf(stored.item, isByIndex) };
      }
    }
    return { items, bytes };
  }

  private start(key: Item | undefined, isByIndex: boolean): Placed | undefined {
    if (!key) return undefined;
    const sort = isByIndex ? key[this.index?.range ?? ''] : key.sk;
    return sort && { sort: sortOf(sort), key: keyText(key), stored: NOTHING };
  }

  /** Of the index: with its own keys, which are all that it holds (KEYS_ONLY). */
  private keyOf({ pk, sk, ...rest }: Item, isByIndex: boolean): Item {
    const key: Item = {};
    if (pk && sk) Object.assign(key, { pk, sk });
    for (const name of isByIndex && this.index ? [this.index.hash, this.index.range] : []) {
      const value = rest[name];
      if (value) key[name] = value;
    }
    return key;
  }

  private placeIn(
    key: string,
    stored: Stored | undefined,
  ): (Placed & { readonly hash: string }) | undefined {
    const hash = this.index && stored?.item[this.index.hash]?.S;
    const sort = this.index && stored?.item[this.index.range];
    return hash !== undefined && sort && stored
      ? { hash, sort: sortOf(sort), key, stored }
      : undefined;
  }

  private show(key: string, before: Stored | undefined, after: Stored | undefined): number {
    const [left, taken] = [this.placeIn(key, before), this.placeIn(key, after)];
    if (!this.index || (!left && !taken)) return 0;
    if (left) this.indexSizes.set(left.hash, (this.indexSizes.get(left.hash) ?? 0) - 1);
    if (taken) this.indexSizes.set(taken.hash, (this.indexSizes.get(taken.hash) ?? 0) + 1);
    const isSame = left && taken && left.hash === taken.hash && byPlace(left, taken) === 0;
    if (isSame) return 0;
    const show = (): void => {
      if (left) this.indexed.get(left.hash)?.remove(left);
      if (taken) partitionOf(this.indexed, taken.hash).put(taken);
    };
    const atMs = Math.max(this.nowMs() + this.index.lagMs(), this.late.at(-1)?.atMs ?? 0);
    if (atMs <= this.nowMs() && this.late.length === 0) show();
    else this.late.push({ atMs, show });
    return (left ? 1 : 0) + (taken ? 1 : 0);
  }

  private catchUp(): void {
    let shown = 0;
    for (const { atMs, show } of this.late) {
      if (atMs > this.nowMs()) break;
      show();
      shown++;
    }
    if (shown > 0) this.late.splice(0, shown);
  }
}

export const unitsOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1024));

function partitionOf(
  partitions: Map<string, SortedList<Placed>>,
  hash: string,
): SortedList<Placed> {
  const found = partitions.get(hash) ?? new SortedList<Placed>(byPlace);
  partitions.set(hash, found);
  return found;
}

/** @param type of the sort keys */
function* placesFrom(
  partition: SortedList<Placed>,
  { from, to }: KeyRange,
  isForward: boolean,
  start: Placed | undefined,
  type: 'S' | 'N',
): Generator<Placed> {
  const edge = isForward ? from : to;
  const [least, most] = type === 'N' ? [-Infinity, Infinity] : ['', LAST_KEY];
  const sort = edge ? sortOf(edge.value) : isForward ? least : most;
  const isAfterEqual = isForward === (edge?.isExcluded ?? false);
  const first = start ?? { sort, key: isAfterEqual ? LAST_KEY : '', stored: NOTHING };
  for (const placed of isForward ? partition.from(first) : partition.backFrom(first)) {
    if (start && byPlace(placed, start) === 0) continue;
    yield placed;
  }
}
