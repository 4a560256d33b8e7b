// /v1/analytics: what happened to attempts and deliveries, from the rollups of hours.

import type { GroupCounts } from '../../core/analytics/counting.ts';
import { bucketBounds, mergedHistogram, totalIn } from '../../core/analytics/histogram.ts';
import type { Slot } from '../../core/analytics/rollup.ts';
import {
  countedIn,
  endsIn,
  isSuccessful,
  type Rollup,
  TRIES,
} from '../../core/analytics/rollup.ts';
import { countsIn, outcomesOf, rate, rollupOf, timesOf } from '../../core/analytics/series.ts';
import type { Span } from '../../core/analytics/spans.ts';
import type { Scope } from '../../core/scope.ts';
import { requireNamed } from '../../http/admission.ts';
import type { AppContext } from '../../http/authentication.ts';
import type { Serve } from '../../http/operation.ts';
import { time } from '../schemas.ts';
import { inForm } from './csv.ts';
import { type Group, hoursOfType, requireGrouping, seriesBy } from './grouping.ts';
import {
  type AttemptPoint,
  type DeliveryPoint,
  getAttempts,
  getDeliveries,
  getLatency,
  getRetries,
  type LatencyPoint,
  type RetryPoint,
} from './operations.ts';
import {
  type AnalyticsPorts,
  type AnalyticsWindow,
  type AskedWindow,
  readWindow,
  requirePoints,
  whoseOf,
} from './window.ts';

/** How the points of an operation are made. */
interface Points<Point> {
  readonly split: (span: Span, rollup: Rollup, by: 'outcome' | 'attempt') => Point[];
  readonly counted: (span: Span, group: string | undefined, counts: GroupCounts) => Point;
  readonly whole: (span: Span, window: AnalyticsWindow) => Point;
}

const NO_TIMES = { p50Ms: null, p95Ms: null, p99Ms: null };

export function addAnalyticsRoutes(serve: Serve, ports: AnalyticsPorts): void {
  const windowOf = async (
    c: AppContext,
    scope: Scope,
    asked: AskedWindow,
  ): Promise<AnalyticsWindow> => {
    requireNamed(c, asked);
    const window = await readWindow(ports, scope, asked, await whoseOf(ports, scope, asked));
    const { endpoint, type } = asked;
    return endpoint === undefined || type === undefined
      ? window
      : { ...window, hours: hoursOfType(window.hours, type) };
  };

  /** A point for each span, or for each group in it. @throws Problem 422 */
  const groupedPoints = async <Point>(
    c: AppContext,
    scope: Scope,
    query: AskedWindow & { readonly by?: Group | undefined },
    { split, counted, whole }: Points<Point>,
  ): Promise<{ readonly data: Point[]; readonly frame: AnalyticsWindow['frame'] }> => {
    const { by, endpoint, type } = query;
    requireGrouping(by, query);
    const window = await windowOf(c, scope, query);
    const { spans, hours, frame } = window;
    const isTypeOfEndpoint = endpoint !== undefined && type !== undefined;
    let data: Point[];
    if (by === 'outcome' || by === 'attempt') {
      data = spans.flatMap((span) => split(span, rollupOf(span, hours), by));
    } else if (by !== undefined || isTypeOfEndpoint) {
      const series = await seriesBy(ports, scope, hours, by ?? 'type');
      const names = isTypeOfEndpoint ? [type] : series.names;
      requirePoints(spans.length * names.length);
      data = spans.flatMap((span) =>
        names.map((name) => counted(span, by && name, series.counts(span, name))),
      );
    } else data = spans.map((span) => whole(span, window));
    requirePoints(data.length);
    return { data, frame };
  };

  serve(getAttempts, async ({ c, scope, query, reply }) => {
    const { data, frame } = await groupedPoints(c, scope, query, ATTEMPT_POINTS);
    return inForm(c, data) ?? reply(200, { ...frame, data });
  });

  serve(getDeliveries, async ({ c, scope, query, reply }) => {
    const { data, frame } = await groupedPoints(c, scope, query, DELIVERY_POINTS);
    return inForm(c, data) ?? reply(200, { ...frame, data });
  });

  serve(getLatency, async ({ c, scope, query, reply }) => {
    const { spans, hours, frame } = await windowOf(c, scope, query);
    const data = spans.map((span) => latencyPointOf(span, rollupOf(span, hours)));
    return inForm(c, data) ?? reply(200, { ...frame, data });
  });

  serve(getRetries, async ({ c, scope, query, reply }) => {
    const { spans, hours, frame } = await windowOf(c, scope, query);
    const whole = { fromMs: spans[0]?.fromMs ?? 0, toMs: spans.at(-1)?.toMs ?? 0 };
    const data = retryPointsOf(rollupOf(whole, hours));
    return inForm(c, data) ?? reply(200, { ...frame, data });
  });
}

function attemptPointOf(
  { fromMs }: Span,
  group: string | undefined,
  [count, success, sumMs]: GroupCounts | readonly [number, number, null],
): AttemptPoint {
  return {
    at: time(fromMs),
    group: group ?? null,
    count,
    success,
    failure: count - success,
    successRate: rate(success, count),
    avgMs: count === 0 || sumMs === null ? null : Math.round(sumMs / count),
    ...NO_TIMES,
    outcomes: {},
  };
}

function wholeAttemptPoint(span: Span, { hours, isFine }: AnalyticsWindow): AttemptPoint {
  const [count, success, sumMs]: Slot = countsIn(span, hours);
  const point = attemptPointOf(span, undefined, [count, success, sumMs, 0, 0, 0]);
  if (isFine) return point;
  const rollup = rollupOf(span, hours);
  return { ...point, ...timesOf(rollup, count, sumMs), outcomes: outcomesOf(rollup) };
}

function byOutcome({ outcomes }: Rollup): [string, [number, number]][] {
  return Object.entries(outcomes).flatMap(([outcome, { by }]): [string, [number, number]][] => {
    const count = countedIn(by);
    return count === 0 ? [] : [[outcome, [count, isSuccessful(outcome) ? count : 0]]];
  });
}

const ATTEMPT_POINTS: Points<AttemptPoint> = {
  split(span, rollup, by) {
    const split = by === 'outcome' ? byOutcome(rollup) : Object.entries(rollup.tries);
    return split.map(([group, [count, success]]) =>
      attemptPointOf(span, group, [count, success, null]),
    );
  },
  counted: attemptPointOf,
  whole: wholeAttemptPoint,
};

type EndCounts = readonly [delivered: number, dead: number, cancelled: number];

const endCounts = (of: Pick<Rollup, 'ends'>): EndCounts => [
  endsIn(of, 'delivered'),
  endsIn(of, 'dead'),
  endsIn(of, 'cancelled'),
];

function deliveryPointOf(
  { fromMs }: Span,
  group: string | undefined,
  [delivered, dead, cancelled]: EndCounts,
  ends: Rollup['ends'],
): DeliveryPoint {
  return {
    at: time(fromMs),
    group: group ?? null,
    delivered,
    dead,
    cancelled,
    deliveredRate: rate(delivered, delivered + dead),
    avgMs: null,
    ...NO_TIMES,
    ends,
  };
}

function wholeDeliveryPoint(span: Span, { hours, isFine }: AnalyticsWindow): DeliveryPoint {
  const [, , , ...ends]: Slot = countsIn(span, hours);
  const rollup = rollupOf(span, hours);
  const point = deliveryPointOf(span, undefined, ends, isFine ? {} : rollup.ends);
  if (isFine) return point;
  const { took, tookMs } = rollup;
  return { ...point, ...timesOf({ ...rollup, ok: took, failed: {} }, totalIn(took), tookMs) };
}

const DELIVERY_POINTS: Points<DeliveryPoint> = {
  split(span, { ends, needed }, by) {
    return Object.entries(by === 'attempt' ? needed : ends).map(([group, count]) => {
      const of = { ends: { [by === 'attempt' ? 'delivered' : group]: count } };
      return deliveryPointOf(span, group, endCounts(of), of.ends);
    });
  },
  counted: (span, group, [, , , ...ends]) => deliveryPointOf(span, group, ends, {}),
  whole: wholeDeliveryPoint,
};

function latencyPointOf({ fromMs }: Span, rollup: Rollup): LatencyPoint {
  const all = mergedHistogram(rollup.ok, rollup.failed);
  const count = totalIn(all);
  const average = (phase: keyof Rollup['phases']): number | null => {
    const [made, ms] = rollup.phases[phase] ?? [0, 0];
    return made === 0 ? null : Math.round(ms / made);
  };
  return {
    at: time(fromMs),
    count,
    ...timesOf(rollup, count, rollup.okMs + rollup.failedMs),
    phases: {
      dnsMs: average('dnsMs'),
      connectMs: average('connectMs'),
      tlsMs: average('tlsMs'),
      firstByteMs: average('firstByteMs'),
    },
    keptConnections: rollup.kept,
    buckets: Object.entries(all)
      .map(([bucket, held]) => ({ ...bucketBounds(Number(bucket)), count: held }))
      .sort((a, b) => a.fromMs - b.fromMs),
  };
}

function retryPointsOf({ tries, needed }: Rollup): RetryPoint[] {
  const delivered = Object.values(needed).reduce((sum, count) => sum + count, 0);
  return TRIES.map((attempt) => {
    const [attempts, successes] = tries[attempt] ?? [0, 0];
    return {
      attempt,
      attempts,
      successes,
      successRate: rate(successes, attempts),
      delivered: needed[attempt] ?? 0,
      deliveredShare: rate(needed[attempt] ?? 0, delivered),
    };
  });
}
