// /v1/analytics: what happened to attempts and deliveries, from the rollups of hours.

import type { GroupCounts } from '../../core/analytics/counting.ts';
import { bucketBounds, mergedHistogram, totalIn } from '../../core/analytics/histogram.ts';
import {
  countedIn,
  endsIn,
  isSuccessful,
  mergedRollup,
  type Rollup,
  TRIES,
} from '../../core/analytics/rollup.ts';
import {
  averageMs,
  OTHER,
  outcomesOf,
  rate,
  type SpanOfHours,
  timesOf,
} from '../../core/analytics/series.ts';
import type { Span } from '../../core/analytics/spans.ts';
import type { Scope } from '../../core/scope.ts';
import { requireNamed } from '../../http/admission.ts';
import type { AppContext } from '../../http/authentication.ts';
import type { Serve } from '../../http/operation.ts';
import { time } from '../schemas.ts';
import { inForm } from './csv.ts';
import { type Group, requireCounted, seriesBy, shownOutcomes } from './grouping.ts';
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
import { countsOfType } from './type.ts';
import {
  type AnalyticsPorts,
  type AnalyticsWindow,
  type AskedWindow,
  readWindow,
  requireLength,
  requirePoints,
  whoseOf,
} from './window.ts';

/** How the points of an operation are made. */
interface Points<Point> {
  readonly byOutcome: (span: Span, rollup: Rollup, shown: ReadonlySet<string>) => Point[];
  readonly byAttempt: (span: Span, rollup: Rollup) => Point[];
  readonly counted: (span: Span, group: string | undefined, counts: GroupCounts) => Point;
  readonly whole: (of: SpanOfHours, isFine: boolean) => Point;
}

const NO_TIMES = { p50Ms: null, p95Ms: null, p99Ms: null };

export function addAnalyticsRoutes(serve: Serve, ports: AnalyticsPorts): void {
  const windowOf = async (
    c: AppContext,
    scope: Scope,
    asked: AskedWindow,
  ): Promise<AnalyticsWindow> => {
    requireNamed(c, asked);
    return readWindow(ports, scope, asked, await whoseOf(ports, scope, asked));
  };

  /** A point for each span, or for each group in it. */
  const pointsOf = async <Point>(
    scope: Scope,
    { spans, hours, isFine }: AnalyticsWindow,
    { by, endpoint, type }: AskedWindow & { readonly by?: Group | undefined },
    { byOutcome, byAttempt, counted, whole }: Points<Point>,
  ): Promise<Point[]> => {
    if (by === 'outcome') {
      const shown = shownOutcomes(hours);
      return spans.flatMap((one) => byOutcome(one.span, mergedRollup(one.hours), shown));
    }
    if (by === 'attempt') {
      return spans.flatMap((one) => byAttempt(one.span, mergedRollup(one.hours)));
    }
    if (by !== undefined) {
      const series = await seriesBy(ports, scope, hours, by);
      requirePoints(spans.length * series.names.length);
      return spans.flatMap(({ span, hours: some }) =>
        series.names.map((name) => counted(span, name, series.counts(some, name))),
      );
    }
    return endpoint === undefined || type === undefined
      ? spans.map((one) => whole(one, isFine))
      : spans.map((one) => counted(one.span, undefined, countsOfType(one.hours, type)));
  };

  /** @throws Problem 404, 422 */
  const answerOf = async <Point extends object>(
    c: AppContext,
    scope: Scope,
    query: AskedWindow & { readonly by?: Group | undefined },
    points: Points<Point>,
  ): Promise<{ readonly data: Point[]; readonly frame: AnalyticsWindow['frame'] }> => {
    const window = await windowOf(c, scope, query);
    const data = await pointsOf(scope, window, query, points);
    requirePoints(data.length);
    requireLength(data);
    return { data, frame: window.frame };
  };

  serve(getAttempts, async ({ c, scope, query, reply }) => {
    requireCounted('attempts', query);
    const { data, frame } = await answerOf(c, scope, query, ATTEMPT_POINTS);
    return inForm(c, data) ?? reply(200, { ...frame, data });
  });

  serve(getDeliveries, async ({ c, scope, query, reply }) => {
    requireCounted('deliveries', query);
    const { data, frame } = await answerOf(c, scope, query, DELIVERY_POINTS);
    return inForm(c, data) ?? reply(200, { ...frame, data });
  });

  serve(getLatency, async ({ c, scope, query, reply }) => {
    requireCounted('latency', query);
    const { spans, frame } = await windowOf(c, scope, query);
    const data = spans.map(({ span, hours }) => latencyPointOf(span, mergedRollup(hours)));
    requireLength(data);
    return inForm(c, data) ?? reply(200, { ...frame, data });
  });

  serve(getRetries, async ({ c, scope, query, reply }) => {
    requireCounted('retries', query);
    const { spans, frame } = await windowOf(c, scope, query);
    const data = retryPointsOf(mergedRollup(spans.flatMap(({ hours }) => hours)));
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
    avgMs: sumMs === null ? null : averageMs(sumMs, count),
    ...NO_TIMES,
    outcomes: {},
  };
}

function wholeAttemptPoint({ span, hours, counts }: SpanOfHours, isFine: boolean): AttemptPoint {
  const point = attemptPointOf(span, undefined, counts);
  if (isFine) return point;
  const [count, , sumMs] = counts;
  const rollup = mergedRollup(hours);
  return { ...point, ...timesOf(rollup, count, sumMs), outcomes: outcomesOf(rollup) };
}

const ATTEMPT_POINTS: Points<AttemptPoint> = {
  byOutcome(span, { outcomes }, shown) {
    const groups = new Map<string, [count: number, success: number]>();
    for (const [outcome, { by }] of Object.entries(outcomes)) {
      const count = countedIn(by);
      if (count === 0) continue;
      const group = shown.has(outcome) ? outcome : OTHER;
      const [all, successes] = groups.get(group) ?? [0, 0];
      groups.set(group, [all + count, successes + (isSuccessful(outcome) ? count : 0)]);
    }
    return [...groups].map(([group, counts]) => attemptPointOf(span, group, [...counts, null]));
  },
  byAttempt: (span, { tries }) =>
    TRIES.flatMap((group) => {
      const counts = tries[group];
      return counts ? [attemptPointOf(span, group, [...counts, null])] : [];
    }),
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

function wholeDeliveryPoint({ span, hours, counts }: SpanOfHours, isFine: boolean): DeliveryPoint {
  const [, , , ...ended] = counts;
  if (isFine) return deliveryPointOf(span, undefined, ended, {});
  const { ends, took, tookMs } = mergedRollup(hours);
  const times = timesOf({ ok: took, failed: {} }, totalIn(took), tookMs);
  return { ...deliveryPointOf(span, undefined, ended, ends), ...times };
}

const DELIVERY_POINTS: Points<DeliveryPoint> = {
  byOutcome: (span, { ends }) =>
    Object.entries(ends).map(([end, count]) => endPointOf(span, end, end, count)),
  byAttempt: (span, { needed }) =>
    TRIES.flatMap((group) => {
      const count = needed[group];
      return count === undefined ? [] : [endPointOf(span, group, 'delivered', count)];
    }),
  counted: (span, group, [, , , ...ended]) => deliveryPointOf(span, group, ended, {}),
  whole: wholeDeliveryPoint,
};

/** Of deliveries that ended in one way. */
function endPointOf(span: Span, group: string, end: string, count: number): DeliveryPoint {
  const ends = { [end]: count };
  return deliveryPointOf(span, group, endCounts({ ends }), ends);
}

function latencyPointOf({ fromMs }: Span, rollup: Rollup): LatencyPoint {
  const all = mergedHistogram(rollup.ok, rollup.failed);
  const count = totalIn(all);
  const average = (phase: keyof Rollup['phases']): number | null => {
    const [made, ms] = rollup.phases[phase] ?? [0, 0];
    return averageMs(ms, made);
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
