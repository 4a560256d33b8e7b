// A listing of the service as an async iterator that fetches page after page.

export interface Page<T> {
  readonly data: readonly T[];
  /** Undefined on the last page. */
  readonly next: string | undefined;
}

type ReadPage<T> = (
  cursor: string | undefined,
) => Promise<{ readonly data: readonly T[]; readonly next: string | null }>;

/** `for await (const entry of listing)`, or page by page. A page may be short, or empty, and not the last. */
export class Listing<T> implements AsyncIterable<T> {
  readonly #read: ReadPage<T>;

  constructor(read: ReadPage<T>) {
    this.#read = read;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const { data } of this.pages()) yield* data;
  }

  /** @param after the `next` of a page before */
  async *pages(after?: string): AsyncGenerator<Page<T>, void, undefined> {
    let cursor = after;
    do {
      const { data, next } = await this.#read(cursor);
      cursor = next ?? undefined;
      yield { data, next: cursor };
    } while (cursor !== undefined);
  }

  /** The first so many, or all. */
  async toArray(most = Number.POSITIVE_INFINITY): Promise<T[]> {
    const entries: T[] = [];
    if (Number.isNaN(most) || typeof most !== 'number') throw new TypeError('most: is no number');
    if (most <= 0) return entries;
    for await (const entry of this) {
      entries.push(entry);
      if (entries.length >= most) break;
    }
    return entries;
  }
}
