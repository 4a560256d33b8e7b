// Days of UTC, kept for longer than their hours: each is all of its hours, added up anew whenever one of them is counted.
import { DAY_MS } from '../time.ts';
import {
  type CountedRollup,
  ENDPOINTS_OF_TENANT,
  type GroupCounts,
  type Groups,
  largestGroups,
  TYPES_OF_ENDPOINT,
  TYPES_OF_TENANT,
} from './counting.ts';
import { HOURS_KEPT_MS } from './hour.ts';
import { emptyRollup, mergeRollup } from './rollup.ts';
import { countsIn } from './series.ts';
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
  const day = emptyRollup();
  for (const one of hours) mergeRollup(day, one);
  const counts = countsIn({ fromMs: 0, toMs: Number.POSITIVE_INFINITY }, hours);
  if (counts.some((count) => count > 0)) day.slots = { 0: counts };
  const types = summed(hours, ({ types }) => types);
  const endpoints = summed(hours, ({ endpoints }) => endpoints);
  return {
    ...day,
    ...(types && {
      types: largestGroups(types, endpoints ? TYPES_OF_TENANT : TYPES_OF_ENDPOINT),
    }),
    ...(endpoints && { endpoints: largestGroups(endpoints, ENDPOINTS_OF_TENANT) }),
  };
}

function summed(
  hours: readonly HourRollup[],
  groupsOf: (hour: HourRollup) => Groups | undefined,
): Map<string, GroupCounts> | undefined {
  const named = hours.map(groupsOf).filter((groups) => groups !== undefined);
  if (named.length === 0) return undefined;
  const sums = new Map<string, GroupCounts>();
  for (const [name, counts] of named.flatMap((groups) => Object.entries(groups))) {
    const before = sums.get(name);
    const sum = counts.map((count, index) => count + (before?.[index] ?? 0));
    sums.set(name, sum as unknown as GroupCounts); // as many
  }
  return sums;
}
