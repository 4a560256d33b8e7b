// Token buckets, one for each key or address: a burst, and a rate a second on average. They live in one process, so
// a limit over many instances holds only roughly. Memory is bounded: the bucket used longest ago is forgotten
// first.
import { Recent } from '../recent.ts';

interface BucketRules {
  readonly perSecond: number;
  /** How much may come at once after an idle time. */
  readonly burst: number;
  readonly maxBuckets: number;
}

export class TokenBuckets {
  readonly #rules: BucketRules;
  readonly #tokenMs: number;
  /** When each bucket is full again, which is all of its state. */
  readonly #fullAtMs: Recent<number>;

  constructor(rules: BucketRules) {
    this.#rules = rules;
    this.#tokenMs = 1000 / rules.perSecond;
    this.#fullAtMs = new Recent({ maxEntries: rules.maxBuckets });
  }

  /** How long until something may be taken, in milliseconds; 0 is now. Takes nothing. */
  waitMs(name: string, nowMs: number): number {
    const { burst } = this.#rules;
    const fullAtMs = this.#fullAt(name, nowMs);
    return Math.max(0, Math.ceil(fullAtMs - (burst - 1) * this.#tokenMs - nowMs));
  }

  /** Takes one token if there is one, and gives how long to wait otherwise. */
  take(name: string, nowMs: number): number {
    const waitMs = this.waitMs(name, nowMs);
    if (waitMs > 0) return waitMs;
    this.#fullAtMs.set(name, this.#fullAt(name, nowMs) + this.#tokenMs, nowMs);
    return 0;
  }

  get size(): number {
    return this.#fullAtMs.size;
  }

  /** Between now and the time that an empty bucket takes, also if the clock was set back. */
  #fullAt(name: string, nowMs: number): number {
    const emptyMs = this.#rules.burst * this.#tokenMs;
    return Math.min(Math.max(this.#fullAtMs.get(name, nowMs) ?? 0, nowMs), nowMs + emptyMs);
  }
}
