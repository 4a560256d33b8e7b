// GET /v1/endpoints/{id}/recommendations: what to change at an endpoint, or whom to ask, by its numbers.
import * as z from 'zod';
import {
  COMPARED_HOURS,
  type ComparedWindows,
  windowsAround,
} from '../../core/analytics/comparison.ts';
import { summedGroups } from '../../core/analytics/counting.ts';
import { HOUR_MS, hourOf, hourStartMs, SLOT_MS } from '../../core/analytics/hour.ts';
import { liveHours } from '../../core/analytics/live.ts';
import { mergedRollup } from '../../core/analytics/rollup.ts';
import { rollupOf } from '../../core/analytics/series.ts';
import type { HourRollup } from '../../core/analytics/store.ts';
import { contractOf } from '../../core/contracts/all.ts';
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import { instantMs, instantSchema } from '../../core/instant.ts';
import type { Facts } from '../../core/recommendations/facts.ts';
import { latelyOf } from '../../core/recommendations/lately.ts';
import { recommendationsOf } from '../../core/recommendations/rules.ts';
import { resolvePolicy } from '../../core/retries/delays.ts';
import { DAY_MS } from '../../core/time.ts';
import { operation, type Serve } from '../../http/operation.ts';
import type { ViewDefaults } from '../endpoints/view.ts';
import { NO_ENDPOINT, requireLiveEndpoint } from '../lookups.ts';
import { EXAMPLE, idParams, time, timeSchema } from '../schemas.ts';
import { addComparisonRoute, type ChangePorts, changeOf } from './comparison.ts';
import type { AnalyticsPorts } from './window.ts';

const WEEK_MS = 7 * DAY_MS;

const recommendationSchema = z
  .strictObject({
    code: z.string(),
    severity: z.enum(['info', 'warning', 'critical']),
    needsAPerson: z
      .boolean()
      .meta({ description: 'Whether no change of settings helps by itself.' }),
    advice: z.string(),
    evidence: z.record(z.string(), z.union([z.number(), z.string()])),
    change: z.record(z.string(), z.unknown()).nullable().meta({
      description: 'The body of the PATCH of the endpoint that applies it.',
    }),
  })
  .meta({
    id: 'Recommendation',
    example: {
      code: 'timeout_too_short',
      severity: 'warning',
      needsAPerson: false,
      advice:
        'Requests that the receiver would have answered are given up. Wait longer, or have it answer first and work later.',
      evidence: {
        attempts: 1000,
        timeouts: 40,
        timeoutPercent: 4,
        p95OfSuccessesMs: 8120,
        timeoutMs: 10000,
      },
      change: { timeoutMs: 20000 },
    },
  });

export const getRecommendations = operation({
  id: 'getRecommendations',
  method: 'get',
  path: '/v1/endpoints/{id}/recommendations',
  tag: 'Analytics',
  summary: 'Read what to change at an endpoint',
  description:
    'From the last two weeks, with what the last change of settings of the last week did, or the one at `changedAt`.',
  access: 'deliveries:read',
  session: 'filtered',
  params: idParams('ep'),
  query: z.strictObject({ changedAt: instantSchema.optional() }),
  replies: {
    200: {
      description: 'The most urgent first.',
      schema: z
        .strictObject({ since: timeSchema, until: timeSchema, data: z.array(recommendationSchema) })
        .meta({
          id: 'Recommendations',
          example: { since: EXAMPLE.time, until: EXAMPLE.later, data: [] },
        }),
    },
  },
  problems: { 404: NO_ENDPOINT },
});

interface RecommendationPorts extends AnalyticsPorts, ChangePorts {
  readonly defaults: ViewDefaults;
}

export function addEndpointAnalyticsRoutes(serve: Serve, ports: RecommendationPorts): void {
  addComparisonRoute(serve, ports);

  serve(getRecommendations, async ({ scope, params, query, reply }) => {
    const endpoint = await requireLiveEndpoint(ports.registry, scope, params.id);
    const nowMs = ports.surroundings.now();
    const changedAtMs =
      query.changedAt === undefined
        ? await changeSince(ports, endpoint, nowMs - WEEK_MS)
        : instantMs(query.changedAt);
    const compared =
      changedAtMs === undefined ? undefined : windowsAround(changedAtMs, COMPARED_HOURS, nowMs);
    const firstMs = Math.min(nowMs - 2 * WEEK_MS, compared?.before.fromMs ?? nowMs);
    const whose = { kind: 'endpoint', ...scope, endpoint: endpoint.id } as const;
    const counted = await ports.rollups.readRollups(
      whose,
      hourOf(Math.max(0, firstMs)),
      hourOf(nowMs + HOUR_MS),
    );
    const known = new Set(counted.map(({ hour }) => hour));
    const live = await liveHours(ports.ledger, endpoint, known, nowMs);
    const facts = factsOf(
      [...counted, ...live.hours],
      settingsOf(endpoint, ports.defaults),
      nowMs,
      compared,
    );
    const data = recommendationsOf(facts, endpoint.destination.kind).map(({ change, ...one }) => ({
      ...one,
      needsAPerson: change === undefined,
      change: change === undefined ? null : { ...change },
    }));
    return reply(200, { since: time(nowMs - WEEK_MS), until: time(nowMs), data });
  });
}

function settingsOf(endpoint: Endpoint, defaults: ViewDefaults): Facts['settings'] {
  const { defaultRetryPolicy } = contractOf(endpoint.contract);
  const policy = endpoint.retryPolicy ?? defaults.retryPolicy ?? defaultRetryPolicy;
  return {
    timeoutMs: endpoint.timeoutMs,
    maxPerSecond: endpoint.maxPerSecond,
    retryPolicy: resolvePolicy(policy),
  };
}

function factsOf(
  hours: readonly HourRollup[],
  settings: Facts['settings'],
  nowMs: number,
  compared: ComparedWindows | undefined,
): Facts {
  const between = (fromMs: number, toMs: number): HourRollup[] =>
    hours.filter(({ hour }) => {
      const start = hourStartMs(hour);
      return start >= fromMs && start < toMs;
    });
  const week = between(nowMs - WEEK_MS, nowMs);
  return {
    now: mergedRollup(week),
    before: mergedRollup(between(nowMs - 2 * WEEK_MS, nowMs - WEEK_MS)),
    lately: latelyOf(week, nowMs),
    // The last five minutes are not over.
    slots: week.flatMap(({ hour, slots }) =>
      Object.entries(slots)
        .filter(([slot]) => hourStartMs(hour) + (Number(slot) + 1) * SLOT_MS <= nowMs)
        .map(([, counts]) => counts),
    ),
    types: Object.fromEntries(summedGroups(week.map(({ types = {} }) => types))),
    settings,
    ...(compared && {
      change: {
        before: rollupOf(compared.before, hours),
        after: rollupOf(compared.after, hours),
      },
    }),
  };
}

async function changeSince(
  ports: ChangePorts,
  endpoint: Endpoint,
  sinceMs: number,
): Promise<number | undefined> {
  const changedAtMs = await changeOf(ports, endpoint);
  return changedAtMs !== undefined && changedAtMs >= sinceMs ? changedAtMs : undefined;
}
