// Pages of listings: what is read may be filtered, so it is read on until a page is full or its time is over;
// and no page is longer than an answer may be.
import type { Page } from '../../core/listing.ts';
import type { Surroundings } from '../../core/surroundings.ts';

/** After so long no further read is begun: the page is as short as it is then, and has a next one. */
const READ_ON_MS = 20;
/** Without a filter a page is full after one read or a few: unless events for nobody lie in between. */
const FILL_MS = 250;
/** What is read at once when most of it may not be wanted. */
const CHUNK = 100;
/** Lambda answers with 6 MB at most, of text in which every quote and backslash takes two bytes. */
export const MAX_PAGE_BYTES = 2_500_000;

interface FilteredQuery<T, V> {
  /** At most so many as asked. */
  readonly read: (limit: number, cursor: string | undefined) => Promise<Page<T>>;
  /** What is shown of entries that were read together, with the id that a next page begins after. */
  readonly views: (entries: readonly T[]) => Promise<readonly { id: string; view: V }[]>;
  readonly isFiltered: boolean;
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly now: Surroundings['now'];
}

export async function filteredPage<T, V>(query: FilteredQuery<T, V>): Promise<Page<V>> {
  const { read, views, isFiltered, limit, now } = query;
  const endMs = now() + (isFiltered ? READ_ON_MS : FILL_MS);
  const found: { id: string; view: V }[] = [];
  let { cursor } = query;
  for (;;) {
    const page = await read(isFiltered ? CHUNK : limit - found.length, cursor);
    found.push(...(await views(page.entries)));
    if (found.length >= limit || page.next === undefined || now() >= endMs) {
      return cutPage(found, limit, page.next);
    }
    cursor = page.next;
  }
}

/**
 * As many of the first as a page may hold, one at least.
 * @param next where it goes on after all of them
 */
export function cutPage<V>(
  found: readonly { readonly id: string; readonly view: V }[],
  limit: number,
  next: string | undefined,
): Page<V> {
  const entries: V[] = [];
  let bytes = 0;
  for (const { view } of found.slice(0, limit)) {
    bytes += Buffer.byteLength(JSON.stringify(view));
    if (entries.length > 0 && bytes > MAX_PAGE_BYTES) break;
    entries.push(view);
  }
  const after = entries.length < found.length ? found[entries.length - 1]?.id : next;
  return after === undefined ? { entries } : { entries, next: after };
}
