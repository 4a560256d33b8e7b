// Numbers of attempts as charts take them.
import { type Api, path } from '../base/api.ts';
import type { Attempts, Latency } from '../base/models.ts';
import { DAY_MS, HOUR_MS } from '../base/time.ts';
import type { BandPoint } from '../charts/band.tsx';
import type { Bar } from '../charts/bars.tsx';
import type { Window } from './window.ts';

export interface Filter {
  readonly endpoint?: string | undefined;
  readonly type?: string | undefined;
}

export function query({ since, until, granularity }: Window, filter: Filter) {
  return { since, until, granularity, ...filter };
}

export function readAttempts(
  api: Api,
  window: Window,
  filter: Filter & { by?: string },
  signal?: AbortSignal,
): Promise<Attempts> {
  return api.get(path`/v1/analytics/attempts`, query(window, filter), signal);
}

export function readLatency(
  api: Api,
  window: Window,
  filter: Filter,
  signal?: AbortSignal,
): Promise<Latency> {
  return api.get(path`/v1/analytics/latency`, query(window, filter), signal);
}

export function barsOf({ data }: Pick<Attempts, 'data'>): Bar[] {
  return data.map(({ at, success, failure }) => ({
    at: Date.parse(at),
    ok: success,
    bad: failure,
  }));
}

export function bandOf({ data }: Pick<Latency, 'data'>): BandPoint[] {
  return data.map(({ at, p50Ms, p95Ms }) => ({ at: Date.parse(at), p50: p50Ms, p95: p95Ms }));
}

/** 24 bars, one for each hour, for a cell of a table. */
export function sparkOf(bars: readonly Bar[], now = Date.now()): Bar[] {
  const last = Math.floor(now / HOUR_MS) * HOUR_MS;
  const byHour = new Map(bars.map((bar) => [bar.at, bar]));
  return Array.from({ length: 24 }, (_, nth) => {
    const at = last - DAY_MS + (nth + 1) * HOUR_MS;
    return byHour.get(at) ?? { at, ok: 0, bad: 0 };
  });
}

export interface EndpointFigures {
  readonly bars: readonly Bar[];
  readonly ok: number;
  readonly bad: number;
  readonly p95: number | null;
}

/** By endpoint, from one request: hours of the last day. */
export function figuresByEndpoint({ data }: Attempts): Map<string, EndpointFigures> {
  const groups = Map.groupBy(data, ({ group }) => group ?? '');
  return new Map(
    [...groups].map(([endpoint, points]) => {
      const bars = barsOf({ data: points });
      const ok = bars.reduce((sum, bar) => sum + bar.ok, 0);
      const bad = bars.reduce((sum, bar) => sum + bar.bad, 0);
      // The newest hour that has one: percentiles of hours cannot be added up here.
      const p95 = points.findLast(({ p95Ms }) => p95Ms !== null)?.p95Ms ?? null;
      return [endpoint, { bars, ok, bad, p95 }] as const;
    }),
  );
}
