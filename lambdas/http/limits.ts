// Counts that have a limit: a place is taken before something is created.

import { Problem } from '../core/problem.ts';
import type { Counted, Counts } from '../core/tenants/counts.ts';

const WHAT = {
  endpoints: 'endpoints of a tenant in one environment',
  keys: 'usable keys of a tenant in one environment',
  eventTypes: 'event types in the catalogue',
} as const;

export const FULL = 'There are as many as there may be.';

/** @throws Problem 409 if there is no place left */
export async function takePlaces(
  counts: Counts,
  what: Counted,
  places: number,
  limit: number,
  nowMs: number,
): Promise<void> {
  if (await counts.take(what, places, limit, nowMs)) return;
  throw new Problem(
    409,
    `There may be ${limit} ${WHAT[what.kind]}: delete one, or ask the operator.`,
  );
}
