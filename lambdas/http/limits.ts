// Limits on how many of something there may be: before one is created, those that are there are counted by their
// listing. Creations at the same moment do not see each other and may exceed a limit by their number.
import { allOf, type Page } from '../core/listing.ts';
import { Problem } from '../core/problem.ts';

const WHAT = {
  endpoints: 'endpoints of a tenant in one environment',
  keys: 'usable keys of a tenant in one environment',
  eventTypes: 'event types in the catalogue',
} as const;

export const FULL = 'The limit for this kind of resource is reached.';

/** Throws Problem 409 if there is no place left for one more. */
export type TakePlace = () => Promise<void>;

/** The places of one request: counted by a consistent listing before the first is taken, and added up from then on. */
export function placesUnder(
  kind: keyof typeof WHAT,
  limit: number,
  list: (limit: number, cursor?: string) => Promise<Page<unknown>>,
): TakePlace {
  let counted: Promise<readonly unknown[]> | undefined;
  let taken = 0;

  return async () => {
    counted ??= allOf((cursor) => list(limit, cursor));
    if ((await counted).length + taken++ < limit) return;
    throw new Problem(
      409,
      `The limit of ${limit} ${WHAT[kind]} is reached: delete one, or ask the operator.`,
    );
  };
}
