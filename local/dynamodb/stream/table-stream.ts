// The stream of a table: each write of an item with its images, in the order of the writes. A record is written to
// LevelDB in one batch with its item, and goes once it was handled: no end of the process loses one.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
import type { Json, JsonObject } from '../../json.ts';
import { matches } from './filter.ts';

export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventSource: 'aws:dynamodb';
  readonly eventSourceARN: string;
  readonly dynamodb: {
    readonly SequenceNumber: string;
    readonly ApproximateCreationDateTime: number;
    readonly Keys: JsonObject;
    readonly NewImage?: JsonObject;
    readonly OldImage?: JsonObject;
    readonly StreamViewType: 'NEW_AND_OLD_IMAGES';
  };
}

/** LevelDB, as dynalite opened it. */
export interface LevelDb {
  put(key: string, value: object, done: (error?: unknown) => void): void;
  batch(operations: readonly object[], done: (error?: unknown) => void): void;
  iterator(range: object): AsyncIterable<[string, StreamRecord]>;
  clear(range: object): Promise<void>;
}

type Written = JsonObject | null | undefined;

/** As many as AWS has: numbers sort as texts. */
const DIGITS = 21;
/** Above the milliseconds of a number's beginning. */
const PER_MS = 1_000_000n;

/** What the stream's only reader does. */
export interface StreamReader {
  onWritten(listener: () => void): void;
  /** The oldest, as many as are asked for and have room. */
  read(limit: number, maxBytes: number): Promise<StreamRecord[]>;
  /** Those up to this number were handled. */
  forget(sequence: string): Promise<void>;
}

export class TableStream implements StreamReader {
  readonly arn: string;
  readonly #db: LevelDb;
  readonly #filter: readonly Json[];
  readonly #folder: string;
  #last = 0n;
  /** Numbers given to writes that are under way: what comes after them is not read yet. */
  readonly #underWay = new Set<string>();
  readonly #listeners = new Set<() => void>();

  /** @param filter patterns of what the reader takes, as Lambda has them: the rest is not kept. All if there is none */
  constructor(db: LevelDb, table: string, arn: string, filter: readonly Json[]) {
    this.#db = db;
    this.#filter = filter;
    this.arn = arn;
    this.#folder = `stream~${table}~`;
  }

  /** @param nowMs numbers go on from here, or from the newest that is there: a clock may have been set back */
  async open(nowMs: number): Promise<void> {
    this.#last = BigInt(nowMs) * PER_MS;
    const newest = this.#db.iterator({ ...this.#range(), reverse: true, limit: 1 });
    for await (const [, { dynamodb }] of newest) {
      const kept = BigInt(dynamodb.SequenceNumber);
      if (kept > this.#last) this.#last = kept;
    }
  }

  /** What LevelDB is to write together with an item; undefined if no reader wants it. */
  begin(
    before: Written,
    after: Written,
  ): { readonly key: string; readonly value: StreamRecord } | undefined {
    const { pk = null, sk = null } = after ?? before ?? {};
    const SequenceNumber = String(this.#last + 1n).padStart(DIGITS, '0');
    const value: StreamRecord = {
      eventID: SequenceNumber,
      eventName: !after ? 'REMOVE' : before ? 'MODIFY' : 'INSERT',
      eventSource: 'aws:dynamodb',
      eventSourceARN: this.arn,
      dynamodb: {
        SequenceNumber,
        ApproximateCreationDateTime: Math.floor(Date.now() / 1000),
        Keys: { pk, sk },
        ...(after && { NewImage: after }),
        ...(before && { OldImage: before }),
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    };
    if (!this.#isWanted(value)) return undefined;
    this.#last += 1n;
    this.#underWay.add(SequenceNumber);
    return { key: this.#folder + SequenceNumber, value };
  }

  /** It is written, or failed. */
  end({ dynamodb }: StreamRecord): void {
    this.#underWay.delete(dynamodb.SequenceNumber);
    for (const listener of this.#listeners) listener();
  }

  onWritten(listener: () => void): void {
    this.#listeners.add(listener);
  }

  async read(limit: number, maxBytes: number): Promise<StreamRecord[]> {
    const [firstUnderWay] = [...this.#underWay].sort();
    const records: StreamRecord[] = [];
    let bytes = 0;
    for await (const [, record] of this.#db.iterator({ ...this.#range(), limit })) {
      if (firstUnderWay !== undefined && record.dynamodb.SequenceNumber >= firstUnderWay) break;
      bytes += JSON.stringify(record).length;
      if (records.length > 0 && bytes > maxBytes) break;
      records.push(record);
    }
    return records;
  }

  async forget(sequence: string): Promise<void> {
    await this.#db.clear({ gt: this.#folder, lte: this.#folder + sequence });
  }

  #isWanted(record: StreamRecord): boolean {
    // The images in it are JSON, as dynalite has them.
    const json = record as unknown as Json;
    return this.#filter.length === 0 || this.#filter.some((pattern) => matches(pattern, json));
  }

  #range() {
    return { gt: this.#folder, lt: `${this.#folder}~` };
  }
}
