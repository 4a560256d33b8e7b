// What every listing gives and takes.

/** A page of a listing; `next` continues after its last entry and is absent at the end. */
export interface Page<T> {
  readonly entries: readonly T[];
  readonly next?: string;
}

export interface TimeRange {
  /** Unix milliseconds, inclusive. */
  readonly sinceMs?: number;
  /** Unix milliseconds, exclusive. */
  readonly untilMs?: number;
}
