// A list that stays sorted: the in-memory ledger's index of what still needs work.

interface Entry {
  readonly at: number;
  readonly key: string;
}

/** A chunk is split when it is longer than this: an entry's place is found, and made, in few steps. */
const MAX_CHUNK = 512;

/** Keys in ascending order of a number, in chunks, found by bisection. */
export class SortedIndex {
  private readonly chunks: Entry[][] = [];
  size = 0;

  add(at: number, key: string): void {
    this.size++;
    const place = Math.min(this.chunkOf(at, key), Math.max(0, this.chunks.length - 1));
    const chunk = this.chunks[place];
    if (!chunk) {
      this.chunks.push([{ at, key }]);
      return;
    }
    chunk.splice(placeIn(chunk, at, key), 0, { at, key });
    if (chunk.length > MAX_CHUNK) this.chunks.splice(place + 1, 0, chunk.splice(MAX_CHUNK / 2));
  }

  remove(at: number, key: string): void {
    const chunkPlace = this.chunkOf(at, key);
    const chunk = this.chunks[chunkPlace];
    if (!chunk) return;
    const place = placeIn(chunk, at, key);
    const found = chunk[place];
    if (found?.at !== at || found.key !== key) return;
    this.size--;
    chunk.splice(place, 1);
    if (chunk.length === 0) this.chunks.splice(chunkPlace, 1);
  }

  /** The first entries that stand before a number, and not before another. */
  before(at: number, limit: number, from = 0): readonly Entry[] {
    const found: Entry[] = [];
    for (const chunk of this.chunks.slice(this.chunkOf(from, ''))) {
      for (const entry of chunk) {
        if (entry.at >= at || found.length >= limit) return found;
        if (entry.at >= from) found.push(entry);
      }
    }
    return found;
  }

  /** The first chunk that does not end before an entry. */
  private chunkOf(at: number, key: string): number {
    let low = 0;
    let high = this.chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const last = this.chunks[middle]?.at(-1);
      if (last && isBefore(last, at, key)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function placeIn(chunk: readonly Entry[], at: number, key: string): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = chunk[middle];
    if (entry && isBefore(entry, at, key)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isBefore(entry: Entry, at: number, key: string): boolean {
  return entry.at < at || (entry.at === at && entry.key < key);
}
