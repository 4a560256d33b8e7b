// Rollups of hours as a series of points: counts from the five minutes that a span has, and everything else from its whole
// hours. Percentiles come from merged histograms, never from averaged percentiles.
import { type GroupCounts, type Groups, MIN_SAMPLE } from './counting.ts';
import { mergedHistogram, quantile, totalIn } from './histogram.ts';
import { HOUR_MS, hourStartMs, SLOT_MS } from './hour.ts';
import { countedIn, emptyRollup, mergeRollup, type Rollup, type Slot } from './rollup.ts';
import type { Span } from './spans.ts';
import type { HourRollup } from './store.ts';

/** What is left of groups that are not shown. */
export const OTHER = 'other';

const NOTHING: GroupCounts = [0, 0, 0, 0, 0, 0];

/** The hours that a span has, or has more than half of. */
export function hoursIn({ fromMs, toMs }: Span, hours: readonly HourRollup[]): HourRollup[] {
  const [from, to] = [fromMs, toMs].map((at) => Math.round(at / HOUR_MS) * HOUR_MS);
  return hours.filter(({ hour }) => {
    const start = hourStartMs(hour);
    return start >= (from ?? 0) && start < (to ?? 0);
  });
}

export function isOfWholeHours({ fromMs, toMs }: Span): boolean {
  return fromMs % HOUR_MS === 0 && toMs % HOUR_MS === 0;
}

/** Everything of a span. */
export function rollupOf(span: Span, hours: readonly HourRollup[]): Rollup {
  const whole = emptyRollup();
  for (const one of hoursIn(span, hours)) mergeRollup(whole, one);
  return whole;
}

/** Attempts, successes, milliseconds and ends, to the five minutes. */
export function countsIn(span: Span, hours: readonly HourRollup[]): Slot {
  const sum: Slot = [0, 0, 0, 0, 0, 0];
  for (const { hour, slots } of hours) {
    const start = hourStartMs(hour);
    if (start + HOUR_MS <= span.fromMs || start >= span.toMs) continue;
    for (const [slot, counts] of Object.entries(slots)) {
      const at = start + Number(slot) * SLOT_MS;
      if (at < span.fromMs || at >= span.toMs) continue;
      for (const index of sum.keys()) sum[index] = (sum[index] ?? 0) + (counts[index] ?? 0);
    }
  }
  return sum;
}

export interface Times {
  readonly avgMs: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

const ms = (value: number | undefined): number | null =>
  value === undefined ? null : Math.round(value);

/** Of response times; percentiles only from enough of them. */
export function timesOf({ ok, failed }: Rollup, count: number, sumMs: number): Times {
  const all = mergedHistogram(ok, failed);
  const isEnough = totalIn(all) >= MIN_SAMPLE;
  const at = (share: number) => (isEnough ? ms(quantile(all, share)) : null);
  const avgMs = count === 0 ? null : Math.round(sumMs / count);
  return { avgMs, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}

/** A share of at least 20, to four digits. */
export function rate(part: number, of: number): number | null {
  return of < MIN_SAMPLE ? null : Math.round((10_000 * part) / of) / 10_000;
}

export function outcomesOf({ outcomes }: Rollup): Record<string, number> {
  const counted = Object.entries(outcomes).map(([name, { by }]) => [name, countedIn(by)] as const);
  return Object.fromEntries(counted.filter(([, count]) => count > 0));
}

export interface GroupedSeries {
  /** The largest, and `other` if something is left. */
  readonly names: readonly string[];
  /** Of a span and a group. */
  counts(span: Span, name: string): GroupCounts;
}

/** @param groupsOf the groups of an hour @param nameOf what a group counts under */
export function groupedSeries(
  hours: readonly HourRollup[],
  groupsOf: (hour: HourRollup) => Groups,
  limit: number,
  nameOf: (group: string) => string = (group) => group,
): GroupedSeries {
  const renamed = new Map(hours.map((hour) => [hour, regrouped(groupsOf(hour), nameOf)]));
  const totals = new Map<string, number>();
  for (const groups of renamed.values()) {
    for (const [name, [attempts, , , ...ends]] of groups) {
      const size = attempts + ends.reduce((sum, one) => sum + one, 0);
      totals.set(name, (totals.get(name) ?? 0) + size);
    }
  }
  const byTotal = [...totals].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const names = byTotal.map(([name]) => name).filter((name) => name !== OTHER);
  const shown = names.slice(0, limit);
  const isShown = new Set(shown);
  const restOf = (hour: HourRollup): GroupCounts => {
    let rest = countsIn({ fromMs: 0, toMs: Number.POSITIVE_INFINITY }, [hour]) as GroupCounts;
    for (const [name, counts] of renamed.get(hour) ?? []) {
      if (isShown.has(name)) rest = minus(rest, counts);
    }
    return rest;
  };
  const hasRest = hours.some((hour) => restOf(hour).some((count) => count > 0));
  return {
    names: hasRest ? [...shown, OTHER] : shown,
    counts: (span, name) =>
      hoursIn(span, hours).reduce(
        (sum, hour) =>
          plus(sum, name === OTHER ? restOf(hour) : (renamed.get(hour)?.get(name) ?? NOTHING)),
        NOTHING,
      ),
  };
}

function regrouped(groups: Groups, nameOf: (group: string) => string): Map<string, GroupCounts> {
  const named = new Map<string, GroupCounts>();
  for (const [group, counts] of Object.entries(groups)) {
    const name = nameOf(group);
    named.set(name, plus(named.get(name) ?? NOTHING, counts));
  }
  return named;
}

const plus = (a: GroupCounts, b: GroupCounts) => combined(a, b, 1);
const minus = (a: GroupCounts, b: GroupCounts) => combined(a, b, -1);

function combined(a: GroupCounts, b: GroupCounts, sign: 1 | -1): GroupCounts {
  return a.map((value, index) => value + sign * (b[index] ?? 0)) as unknown as GroupCounts; // as many
}
