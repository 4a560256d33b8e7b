// Hours of UTC, as the archive and the rollups name them: `2026-11-30T09`.
import { DAY_MS } from '../time.ts';

export const HOUR_MS = 3_600_000;
export const SLOT_MS = 5 * 60_000;

export function hourOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 13);
}

/** When it begins, Unix milliseconds. */
export function hourStartMs(hour: string): number {
  return Date.parse(`${hour}:00:00Z`);
}

/** Every hour that has a moment from one time on, and before another. */
export function hoursBetween(fromMs: number, toMs: number): string[] {
  const hours: string[] = [];
  for (let at = Math.floor(fromMs / HOUR_MS) * HOUR_MS; at < toMs; at += HOUR_MS) {
    hours.push(hourOf(at));
  }
  return hours;
}

/** The five minutes of its hour that a moment is in: 0 to 11. */
export function slotOf(atMs: number): number {
  return Math.floor((atMs % HOUR_MS) / SLOT_MS);
}

/** How far back hours can be asked for. */
export const HOURS_ASKED_MS = 90 * DAY_MS;
/** With what rounding to whole days adds. */
export const HOURS_KEPT_MS = HOURS_ASKED_MS + 2 * DAY_MS;
