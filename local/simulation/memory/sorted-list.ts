// A list that stays sorted: a table's partitions, and those of its index.

/** A chunk is split when it is longer than this: an entry's place is found, and made, in few steps. */
const MAX_CHUNK = 512;

/** Entries in ascending order, in chunks, found by bisection; of equal ones there is one. */
export class SortedList<E> {
  private readonly compare: (a: E, b: E) => number;
  private readonly chunks: E[][] = [];
  size = 0;

  constructor(compare: (a: E, b: E) => number) {
    this.compare = compare;
  }

  /** Puts an entry, in the place of an equal one. */
  put(entry: E): void {
    const at = Math.min(this.chunkOf(entry), Math.max(0, this.chunks.length - 1));
    const chunk = this.chunks[at];
    if (!chunk) {
      this.chunks.push([entry]);
      this.size++;
      return;
    }
    const place = this.placeIn(chunk, entry);
    const found = chunk[place];
    if (found !== undefined && this.compare(found, entry) === 0) {
      chunk[place] = entry;
      return;
    }
    this.size++;
    chunk.splice(place, 0, entry);
    if (chunk.length > MAX_CHUNK) this.chunks.splice(at + 1, 0, chunk.splice(MAX_CHUNK / 2));
  }

  remove(entry: E): void {
    const at = this.chunkOf(entry);
    const chunk = this.chunks[at];
    if (!chunk) return;
    const place = this.placeIn(chunk, entry);
    const found = chunk[place];
    if (found === undefined || this.compare(found, entry) !== 0) return;
    this.size--;
    chunk.splice(place, 1);
    if (chunk.length === 0) this.chunks.splice(at, 1);
  }

  /** From the first entry that does not stand before the given one. */
  *from(entry: E): Generator<E> {
    let at = this.chunkOf(entry);
    let place = this.placeIn(this.chunks[at] ?? [], entry);
    for (; at < this.chunks.length; at++, place = 0) {
      const chunk = this.chunks[at] ?? [];
      for (; place < chunk.length; place++) yield chunk[place] as E; // within its bounds
    }
  }

  /** Downwards, from the last entry that does not stand after the given one. */
  *backFrom(entry: E): Generator<E> {
    let at = this.chunkOf(entry);
    const within = this.chunks[at] ?? [];
    let place = this.placeIn(within, entry);
    const found = within[place];
    if (found === undefined || this.compare(found, entry) > 0) place--;
    for (; at >= 0; at--, place = (this.chunks[at]?.length ?? 0) - 1) {
      const chunk = this.chunks[at] ?? [];
      for (; place >= 0; place--) yield chunk[place] as E; // within its bounds
    }
  }

  /** The first chunk that does not end before an entry. */
  private chunkOf(entry: E): number {
    let low = 0;
    let high = this.chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const last = this.chunks[middle]?.at(-1);
      if (last !== undefined && this.compare(last, entry) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private placeIn(chunk: readonly E[], entry: E): number {
    let low = 0;
    let high = chunk.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const found = chunk[middle];
      if (found !== undefined && this.compare(found, entry) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
