// What the receiver of an endpoint answered last.
import { HOUR_MS, hourStartMs } from '../analytics/hour.ts';
import { emptyRollup, isSuccessful, mergeRollup, type Rollup } from '../analytics/rollup.ts';
import type { HourRollup } from '../analytics/store.ts';
import { answersIn, SOME } from './facts.ts';

const LATELY_MS = 6 * HOUR_MS;

/**
 * The last six hours; and while nothing succeeded, as many before them as have 20 attempts: an endpoint that is paused has
 * but few probes a day.
 */
export function latelyOf(hours: readonly HourRollup[], nowMs: number): Rollup {
  const newestFirst = hours.toSorted((a, b) => (a.hour < b.hour ? 1 : -1));
  const lately = emptyRollup();
  for (const one of newestFirst) {
    const isRecent = hourStartMs(one.hour) >= nowMs - LATELY_MS;
    const isEnough = answersIn(lately) >= SOME || Object.keys(lately.outcomes).some(isSuccessful);
    if (!isRecent && isEnough) break;
    mergeRollup(lately, one);
  }
  return lately;
}
