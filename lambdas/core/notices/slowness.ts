// An endpoint that answers slowly: by the percentile of its whole hours, or by how long it keeps taking the slow lane.
import { REMIND_EVERY_MS, type Seen, type Step } from './step.ts';

/** In the slow lane for so long. */
export const SLOW_AFTER_MS = 30 * 60_000;
/** Without a slow request for so long it is not slow any more. */
export const SLOW_ENDS_MS = 60 * 60_000;

/** Times are Unix milliseconds. */
export interface FollowedSlowness {
  readonly sinceMs: number;
  readonly lastAtMs: number;
  readonly toldAtMs?: number;
  readonly reminders: number;
}

export function slownessSeen(
  known: FollowedSlowness | undefined,
  { mark, p95Ms, slowAboveMs }: Seen,
  nowMs: number,
): Step<FollowedSlowness> {
  const isOver = known && (mark?.slowSinceMs ?? 0) >= known.lastAtMs + SLOW_ENDS_MS;
  const before = isOver ? undefined : known;
  const lastAtMs = Math.max(before?.lastAtMs ?? 0, mark?.slowAtMs ?? 0);
  const endsAtMs = lastAtMs + SLOW_ENDS_MS;
  if (lastAtMs === 0 || nowMs >= endsAtMs) return { after: undefined, told: [] };
  const sinceMs = before?.sinceMs ?? mark?.slowSinceMs ?? lastAtMs;
  const seen: FollowedSlowness = { reminders: 0, ...before, sinceMs, lastAtMs };
  const isSlow = p95Ms === undefined ? lastAtMs - sinceMs >= SLOW_AFTER_MS : p95Ms >= slowAboveMs;
  const isTold = seen.toldAtMs !== undefined;
  const isDue = !isTold || nowMs >= (seen.toldAtMs ?? 0) + REMIND_EVERY_MS;
  if (!isSlow || !isDue) return { after: seen, told: [], lookAtMs: endsAtMs };
  const reminders = isTold ? seen.reminders + 1 : 0;
  const facts = { p95Ms: p95Ms ?? null, slowAboveMs };
  return {
    after: { ...seen, toldAtMs: nowMs, reminders },
    told: [{ kind: 'endpoint.slow', sinceMs, reminders, facts }],
    lookAtMs: endsAtMs,
  };
}
