// Days of UTC, kept for longer than their hours: each is all of its hours, added up anew whenever one of them is counted.
import { DAY_MS } from '../time.ts';
import {
  type CountedRollup,
  countsOf,
  largestGroups,
  namedEndpoints,
  summedGroups,
  TYPES_OF_ENDPOINT,
  TYPES_OF_TENANT,
} from './counting.ts';
import { HOURS_KEPT_MS } from './hour.ts';
import { mergedRollup } from './rollup.ts';
import type { HourRollup } from './store.ts';

/** How far back days can be asked for. */
export const DAYS_ASKED_MS = 400 * DAY_MS;
/** With what rounding to whole days adds. */
export const DAYS_KEPT_MS = DAYS_ASKED_MS + 2 * DAY_MS;

/** `2026-11-30` */
export function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

export function dayStartMs(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

/** Whether all hours of a day are kept still: a day is not counted anew from some of them. */
export function hasItsHours(day: string, nowMs: number): boolean {
  return nowMs < dayStartMs(day) + HOURS_KEPT_MS;
}

/** In the form of an hour, with all counts in its first five minutes. */
export function dayRollup(hours: readonly HourRollup[]): CountedRollup {
  const day = mergedRollup(hours);
  const counts = countsOf(day);
  const types = hours.flatMap((one) => (one.types ? [one.types] : []));
  const endpoints = hours.flatMap((one) => (one.endpoints ? [one.endpoints] : []));
  const isOfTenant = endpoints.length > 0;
  const limit = isOfTenant ? TYPES_OF_TENANT : TYPES_OF_ENDPOINT;
  return {
    ...day,
    slots: counts.some((count) => count > 0) ? { 0: [...counts] } : {},
    ...(types.length > 0 && { types: largestGroups(summedGroups(types), limit) }),
    ...(isOfTenant && { endpoints: namedEndpoints(summedGroups(endpoints)) }),
  };
}
