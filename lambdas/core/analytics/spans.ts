// A window of time as spans of five minutes, hours or days, each day as long as it is in its time zone.
import { memoized } from '../recent.ts';
import { DAY_MS } from '../time.ts';
import { HOUR_MS, SLOT_MS } from './hour.ts';

export const GRANULARITIES = ['5m', '1h', '1d'] as const;
export type Granularity = (typeof GRANULARITIES)[number];

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Window extends Span {
  readonly granularity: Granularity;
  /** Of IANA's names. */
  readonly timeZone: string;
}

/** Whole spans that cover the window. @param limit one more is not made */
export function spansOf({ fromMs, toMs, granularity, timeZone }: Window, limit: number): Span[] {
  const spans: Span[] = [];
  for (let at = startOf(fromMs, granularity, timeZone); at < toMs && spans.length < limit; ) {
    const next = startOf(at + lengthOf(granularity), granularity, timeZone);
    spans.push({ fromMs: at, toMs: next });
    at = next;
  }
  return spans;
}

/** More than any day lasts leads into the next one. */
function lengthOf(granularity: Granularity): number {
  if (granularity === '5m') return SLOT_MS;
  return granularity === '1h' ? HOUR_MS : DAY_MS + 3 * HOUR_MS;
}

function startOf(atMs: number, granularity: Granularity, timeZone: string): number {
  if (granularity !== '1d') {
    const lengthMs = lengthOf(granularity);
    return atMs - (atMs % lengthMs);
  }
  const offsetMs = offsetAt(atMs, timeZone);
  const local = atMs + offsetMs;
  const midnight = local - (local % DAY_MS);
  // The clock may have been changed since midnight.
  return midnight - offsetAt(midnight - offsetMs, timeZone);
}

/** How far a zone is ahead of UTC, milliseconds. */
export function offsetAt(atMs: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  const parts = formatOf(timeZone).formatToParts(atMs);
  const part = (name: string) => Number(parts.find(({ type }) => type === name)?.value);
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return local - (atMs - (atMs % 1_000));
}

/** Zones have some hundred names, and each may be written in capitals or not. */
const formatOf = memoized(
  100,
  (timeZone) =>
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    }),
);

export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}
