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
import { csvOf } from './csv.ts';
import { hoursOfType, requireGrouping, seriesBy } from './grouping.ts';
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

  serve(getAttempts, async ({ c, scope, query, reply }) => {
    const { by } = query;
    requireGrouping(by, query);
    const window = await windowOf(c, scope, query);
    const { spans, hours, frame } = window;
    const isTypeOfEndpoint = query.endpoint !== undefined && query.type !== undefined;
    const data: AttemptPoint[] = [];
    if (by === 'outcome' || by === 'attempt') {
      for (const span of spans) {
        const rollup = rollupOf(span, hours);
        const split = by === 'outcome' ? byOutcome(rollup) : Object.entries(rollup.tries);
        data.push(
          ...split.map(([group, [count, success]]) =>
            attemptPointOf(span, group, [count, success, null]),
          ),
        );
      }
    } else if (by !== undefined || isTypeOfEndpoint) {
      const series = await seriesBy(ports, scope, hours, by ?? 'type');
      const names = isTypeOfEndpoint ? [query.type ?? ''] : series.names;
      requirePoints(spans.length * names.length);
      for (const span of spans) {
        for (const name of names) {
          data.push(attemptPointOf(span, by && name, series.counts(span, name)));
        }
      }
    } else data.push(...spans.map((span) => wholeAttemptPoint(span, window)));
    requirePoints(data.length);
    return inForm(c, data) ?? reply(200, { ...frame, data });
  });

  serve(getDeliveries, async ({ c, scope, query, reply }) => {
    const { by } = query;
    requireGrouping(by, query);
    const window = await windowOf(c, scope, query);
    const { spans, hours, frame } = window;
    const isTypeOfEndpoint = query.endpoint !== undefined && query.type !== undefined;
    const data: DeliveryPoint[] = [];
    if (by === 'outcome' || by === 'attempt') {
      for (const span of spans) {
        const { ends, needed } = rollupOf(span, hours);
        const split = by === 'attempt' ? needed : ends;
        for (const [group, count] of Object.entries(split)) {
          const state = by === 'attempt' ? 'delivered' : group;
          const of = { ends: { [state]: count } };
          data.push(deliveryPointOf(span, group, endCounts(of), of.ends));
        }
      }
    } else if (by !== undefined || isTypeOfEndpoint) {
      const series = await seriesBy(ports, scope, hours, by ?? 'type');
      const names = isTypeOfEndpoint ? [query.type ?? ''] : series.names;
      requirePoints(spans.length * names.length);
      for (const span of spans) {
        for (const name of names) {
          const [, , , ...ends] = series.counts(span, name);
          data.push(deliveryPointOf(span, by && name, ends, {}));
        }
      }
    } else data.push(...spans.map((span) => wholeDeliveryPoint(span, window)));
    requirePoints(data.length);
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

/** CSV where it is asked for. */
function inForm(c: AppContext, data: readonly object[]): Response | undefined {
  const accepted = c.req.header('Accept') ?? '';
  if (!/\btext\/csv\b/i.test(accepted)) return undefined;
  return c.body(csvOf(data), 200, { 'Content-Type': 'text/csv; charset=utf-8' });
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
