// Listings that are filtered after they are read: they read on until a page is full or their time is over.
import type { Page, Surroundings } from '../core/ports.ts';

/** After so long no further read is begun: the page is as short as it is then, and has a next one. */
const READ_ON_MS = 25;
/** What is read at once when most of it may not be wanted. */
const CHUNK = 100;

export interface FilteredQuery<T, V> {
  readonly read: (limit: number, cursor: string | undefined) => Promise<Page<T>>;
  /** What is shown of entries that were read together, with the id that a next page begins after. */
  readonly views: (entries: readonly T[]) => Promise<readonly { id: string; view: V }[]>;
  readonly isFiltered: boolean;
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly now: Surroundings['now'];
}

/** Views of one id stay on one page: a page may be longer than asked by those of its last id. */
export async function filteredPage<T, V>(query: FilteredQuery<T, V>): Promise<Page<V>> {
  const { read, views, isFiltered, limit, now } = query;
  const endMs = now() + READ_ON_MS;
  const found: { id: string; view: V }[] = [];
  let { cursor } = query;
  for (;;) {
    const page = await read(isFiltered ? CHUNK : limit, cursor);
    found.push(...(await views(page.entries)));
    const last = isFiltered ? found[limit - 1]?.id : undefined;
    if (last !== undefined) {
      const end = found.findLastIndex(({ id }) => id === last) + 1;
      const isEnd = page.next === undefined && end === found.length;
      return { entries: shown(found.slice(0, end)), ...(isEnd ? {} : { next: last }) };
    }
    if (page.next === undefined) return { entries: shown(found) };
    if (!isFiltered || now() >= endMs) return { entries: shown(found), next: page.next };
    cursor = page.next;
  }
}

function shown<V>(found: readonly { readonly view: V }[]): V[] {
  return found.map(({ view }) => view);
}
