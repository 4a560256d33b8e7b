// Deliveries that died: those that die together are one notice with their number.
import { REMIND_EVERY_MS, type Step } from './step.ts';

/** After so long without a death the next one begins a new series. */
export const SERIES_ENDS_MS = 60 * 60_000;

/** A series of deaths. Times are Unix milliseconds. */
export interface FollowedDeaths {
  /** Not told yet, and since when. */
  readonly count: number;
  readonly sinceMs: number;
  readonly lastAtMs: number;
  readonly toldAtMs?: number;
}

/** The first of a series are told at once, what follows when it is over, or once a day. @param died since the last look */
export function deathsSeen(
  before: FollowedDeaths | undefined,
  died: number,
  nowMs: number,
): Step<FollowedDeaths> {
  const series = before ?? { count: 0, sinceMs: nowMs, lastAtMs: nowMs };
  const sinceMs = series.count === 0 ? nowMs : series.sinceMs;
  const seen: FollowedDeaths =
    died > 0 ? { ...series, count: series.count + died, sinceMs, lastAtMs: nowMs } : series;
  const endsAtMs = seen.lastAtMs + SERIES_ENDS_MS;
  const isOver = nowMs >= endsAtMs;
  const tellAtMs =
    seen.toldAtMs === undefined ? nowMs : Math.min(endsAtMs, seen.toldAtMs + REMIND_EVERY_MS);
  if (seen.count > 0 && nowMs >= tellAtMs) {
    const told = {
      kind: 'deliveries.dead',
      sinceMs: seen.sinceMs,
      reminders: 0,
      facts: { count: seen.count },
    } as const;
    const after = isOver ? undefined : { ...seen, count: 0, toldAtMs: nowMs };
    return { after, told: [told], lookAtMs: after && endsAtMs };
  }
  if (isOver || seen.toldAtMs === undefined) return { after: undefined, told: [] };
  return { after: seen, told: [], lookAtMs: seen.count > 0 ? tellAtMs : endsAtMs };
}
