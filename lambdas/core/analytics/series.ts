// Rollups of hours as a series of points: counts from the five minutes that a span has, and everything else from its whole
// hours. Percentiles come from merged histograms, never from averaged percentiles.
import {
  countsOf,
  type GroupCounts,
  type Groups,
  MIN_SAMPLE,
  minus,
  NOTHING,
  plus,
} from './counting.ts';
import { mergedHistogram, quantile, totalIn } from './histogram.ts';
import { HOUR_MS, hourStartMs, SLOT_MS } from './hour.ts';
import { countedIn, mergedRollup, type Rollup } from './rollup.ts';
import type { Span } from './spans.ts';
import type { HourRollup } from './store.ts';

/** What is left of groups that are not shown. */
export const OTHER = 'other';

/** What a span has of some hours. */
export interface SpanOfHours {
  readonly span: Span;
  /** Those that it has whole, or more than half of. */
  readonly hours: readonly HourRollup[];
  /** Attempts, successes, milliseconds and ends, to the five minutes. */
  readonly counts: GroupCounts;
}

/** Each hour and each five minutes to one span. @param spans in their order, none over another */
export function splitBySpans(
  spans: readonly Span[],
  hours: readonly HourRollup[],
): readonly SpanOfHours[] {
  const parts = spans.map((span) => ({ span, hours: [] as HourRollup[], counts: NOTHING }));
  for (const one of hours) {
    const startMs = hourStartMs(one.hour);
    parts[indexAt(spans, startMs + HOUR_MS / 2 - 1)]?.hours.push(one);
    for (const [slot, counts] of Object.entries(one.slots)) {
      const part = parts[indexAt(spans, startMs + Number(slot) * SLOT_MS)];
      if (part) part.counts = plus(part.counts, counts);
    }
  }
  return parts;
}

/** Where the span is that has a moment, or -1. */
function indexAt(spans: readonly Span[], atMs: number): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.fromMs ?? 0) <= atMs) low = middle + 1;
    else high = middle;
  }
  const found = spans[low - 1];
  return found !== undefined && atMs < found.toMs ? low - 1 : -1;
}

export function isOfWholeHours({ fromMs, toMs }: Span): boolean {
  return fromMs % HOUR_MS === 0 && toMs % HOUR_MS === 0;
}

/** Everything of a span. */
export function rollupOf(span: Span, hours: readonly HourRollup[]): Rollup {
  return mergedRollup(splitBySpans([span], hours)[0]?.hours ?? []);
}

export interface Times {
  readonly avgMs: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

/** To a hundredth: in whole ones, 11 would be shown as 10, which is not within 5 % of it. */
export const roundedMs = (value: number): number => Math.round(100 * value) / 100;

/** Of response times; percentiles only from enough of them. */
export function timesOf(
  { ok, failed }: Pick<Rollup, 'ok' | 'failed'>,
  count: number,
  sumMs: number,
): Times {
  const all = mergedHistogram(ok, failed);
  const isEnough = totalIn(all) >= MIN_SAMPLE;
  const at = (share: number) => (isEnough ? roundedMs(quantile(all, share) ?? 0) : null);
  const avgMs = averageMs(sumMs, count);
  return { avgMs, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}

export function averageMs(sumMs: number, count: number): number | null {
  return count === 0 ? null : roundedMs(sumMs / count);
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
  /** Of a group in some of the hours. */
  counts(some: readonly HourRollup[], name: string): GroupCounts;
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
  const rests = new Map(
    [...renamed].map(([hour, groups]) => {
      const named = [...groups].flatMap(([name, counts]) => (isShown.has(name) ? [counts] : []));
      return [hour, restOf(hour, named)] as const;
    }),
  );
  const hasRest = [...rests.values()].some(isSome);
  return {
    names: hasRest ? [...shown, OTHER] : shown,
    counts: (some, name) =>
      some
        .map((hour) => (name === OTHER ? rests.get(hour) : renamed.get(hour)?.get(name)))
        .reduce<GroupCounts>((sum, counts) => plus(sum, counts ?? NOTHING), NOTHING),
  };
}

/** What an hour has beside some of its groups. */
function restOf(hour: HourRollup, groups: readonly GroupCounts[]): GroupCounts {
  return groups.reduce(minus, countsOf(hour));
}

const isSome = (counts: GroupCounts): boolean => counts.some((count) => count > 0);

/** Whether there was something of further types than those that it names. */
export function hasFurtherTypes(hour: HourRollup): boolean {
  return isSome(restOf(hour, Object.values(hour.types ?? {})));
}

function regrouped(groups: Groups, nameOf: (group: string) => string): Map<string, GroupCounts> {
  const named = new Map<string, GroupCounts>();
  for (const [group, counts] of Object.entries(groups)) {
    const name = nameOf(group);
    named.set(name, plus(named.get(name) ?? NOTHING, counts));
  }
  return named;
}
