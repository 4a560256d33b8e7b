// What every listing gives and takes.

/** A page of a listing; `next` continues after its last entry and is absent at the end. */
export interface Page<T> {
  readonly entries: readonly T[];
  readonly next?: string;
}

/** All entries of a listing, page by page. */
export async function allOf<T>(list: (cursor?: string) => Promise<Page<T>>): Promise<T[]> {
  const entries: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await list(cursor);
    entries.push(...page.entries);
    cursor = page.next;
  } while (cursor !== undefined);
  return entries;
}

export interface TimeRange {
  /** Unix milliseconds, inclusive. */
  readonly sinceMs?: number;
  /** Unix milliseconds, exclusive. */
  readonly untilMs?: number;
}
