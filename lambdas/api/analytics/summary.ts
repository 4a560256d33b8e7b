// GET /v1/analytics/summary: what a front page needs in one answer.
import { failuresIn, summedGroups } from '../../core/analytics/counting.ts';
import { HOUR_MS, hourOf, hourStartMs } from '../../core/analytics/hour.ts';
import { attemptsIn, endsIn, type Rollup } from '../../core/analytics/rollup.ts';
import { outcomesOf, rate, rollupOf, roundedMs, timesOf } from '../../core/analytics/series.ts';
import type { HourRollup } from '../../core/analytics/store.ts';
import type { Environment } from '../../core/scope.ts';
import { DAY_MS } from '../../core/time.ts';
import {
  type AppContext,
  type Authentication,
  environmentOf,
  TENANT_HEADER,
} from '../../http/authentication.ts';
import type { Serve } from '../../http/operation.ts';
import { time } from '../schemas.ts';
import { getSummary, type Totals } from './operations.ts';
import type { AnalyticsPorts } from './window.ts';

const SHOWN = 10;

export function addSummaryRoute(
  serve: Serve,
  { scopeOf }: Pick<Authentication, 'scopeOf'>,
  { rollups, surroundings }: Pick<AnalyticsPorts, 'rollups' | 'surroundings'>,
): void {
  serve(getSummary, async ({ c, reply }) => {
    const whose = isOfStack(c)
      ? ({ kind: 'stack', environment: environmentOf(c) ?? 'live' } as const)
      : ({ kind: 'tenant', ...(await scopeOf(c)) } as const);
    const nowMs = surroundings.now();
    const untilMs = hourStartMs(hourOf(nowMs)) + HOUR_MS;
    const sinceMs = untilMs - DAY_MS;
    const hours = await rollups.readRollups(whose, hourOf(sinceMs - DAY_MS), hourOf(untilMs));
    const now = hours.filter(({ hour }) => hourStartMs(hour) >= sinceMs);
    const asOfMs = now.find((one) => one.asOfMs !== undefined)?.asOfMs;
    return reply(200, {
      since: time(sinceMs),
      until: time(untilMs),
      asOf: asOfMs === undefined ? null : time(asOfMs),
      complete: false,
      now: totalsOf(rollupOf({ fromMs: sinceMs, toMs: untilMs }, hours)),
      before: totalsOf(rollupOf({ fromMs: sinceMs - DAY_MS, toMs: sinceMs }, hours)),
      hours: now.map((one) => {
        const [count, success] = attemptsIn(one);
        return { at: time(hourStartMs(one.hour)), count, success };
      }),
      endpoints:
        whose.kind === 'tenant'
          ? failing(now, whose.tenant)
          : await leading(rollups, whose.environment, nowMs),
    });
  });
}

/** A tenant's key means its own; the operator means the stack, unless it names a tenant. */
function isOfStack(c: AppContext): boolean {
  return c.var.principal.kind === 'operator' && c.req.header(TENANT_HEADER) === undefined;
}

export function totalsOf(rollup: Rollup): Totals {
  const [attempts, success] = attemptsIn(rollup);
  return {
    attempts,
    success,
    failure: attempts - success,
    successRate: rate(success, attempts),
    ...timesOf(rollup, attempts, rollup.okMs + rollup.failedMs),
    delivered: endsIn(rollup, 'delivered'),
    dead: endsIn(rollup, 'dead'),
    cancelled: endsIn(rollup, 'cancelled'),
    outcomes: outcomesOf(rollup),
  };
}

/** Of those that its hours name. */
function failing(hours: readonly HourRollup[], tenant: string) {
  return [...summedGroups(hours.map(({ endpoints = {} }) => endpoints))]
    .map(([endpoint, counts]) => ({
      tenant,
      endpoint,
      attempts: counts[0],
      failures: failuresIn(counts),
      p95Ms: null,
    }))
    .sort((a, b) => b.failures - a.failures || b.attempts - a.attempts)
    .slice(0, SHOWN);
}

/** Of the latest hour that has them. */
async function leading(
  rollups: AnalyticsPorts['rollups'],
  environment: Environment,
  nowMs: number,
) {
  for (const back of [0, 1, 2]) {
    const leaders = await rollups.readLeaders(environment, hourOf(nowMs - back * HOUR_MS));
    if (!leaders) continue;
    return leaders.byFailures.slice(0, SHOWN).map(({ environment: _, p95Ms, ...one }) => ({
      ...one,
      p95Ms: p95Ms === undefined ? null : roundedMs(p95Ms),
    }));
  }
  return [];
}
