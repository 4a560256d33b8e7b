// A list that stays sorted: the in-memory ledger's index of what still needs work.

/** Keys in ascending order of a number, found by bisection. */
export class SortedIndex {
  private readonly entries: { readonly at: number; readonly key: string }[] = [];

  add(at: number, key: string): void {
    this.entries.splice(this.place(at, key), 0, { at, key });
  }

  remove(at: number, key: string): void {
    const place = this.place(at, key);
    const found = this.entries[place];
    if (found?.at === at && found.key === key) this.entries.splice(place, 1);
  }

  /** The first entries that stand before a number. */
  before(at: number, limit: number): readonly { readonly at: number; readonly key: string }[] {
    const end = Math.min(limit, this.place(at, ''));
    return this.entries.slice(0, end);
  }

  get size(): number {
    return this.entries.length;
  }

  private place(at: number, key: string): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = this.entries[middle];
      if (entry && (entry.at < at || (entry.at === at && entry.key < key))) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
