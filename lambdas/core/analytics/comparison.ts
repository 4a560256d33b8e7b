// Windows around a moment, for what was before it and what is after it.
import { HOUR_MS } from './hour.ts';
import type { Span } from './spans.ts';

export interface ComparedWindows {
  readonly before: Span;
  readonly after: Span;
}

/**
 * As many whole hours after a moment as are over, and as many before it: percentiles are of whole hours. The hour that the
 * moment is in belongs to neither.
 * @param hours of each window, at most
 */
export function windowsAround(atMs: number, hours: number, nowMs: number): ComparedWindows {
  const toMs = Math.floor(atMs / HOUR_MS) * HOUR_MS;
  const fromMs = Math.ceil(atMs / HOUR_MS) * HOUR_MS;
  const over = Math.max(0, Math.floor((nowMs - fromMs) / HOUR_MS));
  const lengthMs = Math.min(hours, over) * HOUR_MS;
  return {
    before: { fromMs: toMs - lengthMs, toMs },
    after: { fromMs, toMs: fromMs + lengthMs },
  };
}

/** Of each window, unless another length is asked for. */
export const COMPARED_HOURS = 24;
