// Limits on how many of something there may be: before one is created, those that are there are counted by their
// listing. Creations at the same moment do not see each other and may exceed a limit by their number.
import type { Page } from '../core/listing.ts';
import { Problem } from '../core/problem.ts';

const WHAT = {
  endpoints: 'endpoints of a tenant in one environment',
  keys: 'usable keys of a tenant in one environment',
  eventTypes: 'event types in the catalogue',
} as const;

export const FULL = 'The limit for this kind of resource is reached.';

const PAGE = 100;

interface Limited<T> {
  readonly kind: keyof typeof WHAT;
  readonly limit: number;
  /** Consistent. */
  readonly list: (limit: number, cursor?: string) => Promise<Page<T>>;
  readonly counts: (entry: T) => boolean;
}

/** Throws Problem 409 if there is no place left for one more. */
export type TakePlace = () => Promise<void>;

/** The places of one request: counted before the first is taken, and added up from then on. */
export function placesUnder<T>({ kind, limit, list, counts }: Limited<T>): TakePlace {
  let counted: Promise<number> | undefined;
  let taken = 0;

  async function count(): Promise<number> {
    let found = 0;
    let cursor: string | undefined;
    do {
      const page = await list(PAGE, cursor);
      found += page.entries.filter(counts).length;
      cursor = page.next;
    } while (cursor !== undefined && found < limit);
    return found;
  }

  return async () => {
    counted ??= count();
    if ((await counted) + taken++ < limit) return;
    throw new Problem(
      409,
      `The limit of ${limit} ${WHAT[kind]} is reached: delete one, or ask the operator.`,
    );
  };
}
