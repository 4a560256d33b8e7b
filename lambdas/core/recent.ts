// A cache of bounded size, whose entries are good for a time. The entry that was set first makes room for a new
// one.

interface RecentLimits {
  readonly maxEntries: number;
  /** How long an entry is good; without it, until it makes room. */
  readonly keptMs?: number;
}

export class Recent<V> {
  readonly #maxEntries: number;
  readonly #keptMs: number;
  readonly #entries = new Map<string, { readonly value: V; readonly setAtMs: number }>();
  readonly #reads = new Map<string, Promise<V>>();

  constructor({ maxEntries, keptMs = Number.POSITIVE_INFINITY }: RecentLimits) {
    this.#maxEntries = maxEntries;
    this.#keptMs = keptMs;
  }

  get(key: string, nowMs: number): V | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && nowMs - entry.setAtMs < this.#keptMs ? entry.value : undefined;
  }

  /** What is kept, however old it is. */
  latest(key: string): V | undefined {
    return this.#entries.get(key)?.value;
  }

  set(key: string, value: V, nowMs: number): void {
    // To the end of the map, whose first entry is the one to make room.
    this.#entries.delete(key);
    this.#entries.set(key, { value, setAtMs: nowMs });
    if (this.#entries.size <= this.#maxEntries) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  /** Forgets it, and a load of it that is under way: the next read loads anew. */
  delete(key: string): void {
    this.#entries.delete(key);
    this.#reads.delete(key);
  }

  /**
   * The kept value, or what `load` gives. Calls for the same key at the same time share one load, a load
   * that fails is not kept, and its age counts from the moment it began.
   */
  read(key: string, nowMs: number, load: () => Promise<V>): Promise<V> {
    const kept = this.get(key, nowMs);
    return kept !== undefined ? Promise.resolve(kept) : this.readAnew(key, nowMs, load);
  }

  /** As `read`, but whatever is kept. */
  readAnew(key: string, nowMs: number, load: () => Promise<V>): Promise<V> {
    const underWay = this.#reads.get(key);
    if (underWay) return underWay;
    const isCurrent = (): boolean => this.#reads.get(key) === reading;
    const reading: Promise<V> = load()
      .then((value) => {
        if (isCurrent()) this.set(key, value, nowMs);
        return value;
      })
      .finally(() => isCurrent() && this.#reads.delete(key));
    this.#reads.set(key, reading);
    return reading;
  }

  get size(): number {
    return this.#entries.size;
  }
}

/** What `make` gives, made once for each of the latest keys. */
export function memoized<V>(maxEntries: number, make: (key: string) => V): (key: string) => V {
  const made = new Recent<V>({ maxEntries });
  return (key) => {
    const known = made.get(key, 0);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value, 0);
    return value;
  };
}
