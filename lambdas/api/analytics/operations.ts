// What the operations of analytics take and answer.
import * as z from 'zod';
import { GRANULARITIES, isTimeZone } from '../../core/analytics/spans.ts';
import { eventTypeSchema } from '../../core/events/event.ts';
import { operation } from '../../http/operation.ts';
import { rangeShape } from '../listing/query.ts';
import { NO_ENDPOINT } from '../lookups.ts';
import { EXAMPLE, idOf, timeSchema } from '../schemas.ts';

export const GROUPS = [
  'endpoint',
  'type',
  'outcome',
  'attempt',
  'contract',
  'method',
  'tls',
] as const;

const windowShape = {
  ...rangeShape,
  granularity: z.enum(GRANULARITIES, 'must be 5m, 1h or 1d').default('1h'),
  timeZone: z
    .string()
    .max(64)
    .refine(isTimeZone, 'must be a time zone such as Europe/Berlin')
    .default('UTC')
    .meta({ description: 'Where days begin at midnight.' }),
  endpoint: idOf('ep').optional(),
  type: eventTypeSchema.optional(),
};
const byShape = { by: z.enum(GROUPS, `must be one of ${GROUPS.join(', ')}`).optional() };

export const count = z.int().min(0);
const ms = z.number().nullable();
export const share = z.number().min(0).max(1).nullable();
const timesShape = { avgMs: ms, p50Ms: ms, p95Ms: ms, p99Ms: ms };
const countsByName = z.record(z.string(), count);

export const frameShape = {
  since: timeSchema,
  until: timeSchema,
  complete: z.boolean().meta({
    description:
      'Whether every hour of the window is over and counted: false while one that got further attempts since is still to be counted again.',
  }),
  live: z.enum(['exact', 'sampled']).nullable().meta({
    description:
      'What the hours that are not counted yet come from: all deliveries of the endpoint, or its newest. Null if there are none, or if they are not of one endpoint.',
  }),
  asOf: timeSchema.nullable().meta({ description: 'Up to when the current hour is counted.' }),
  percentiles: z.enum(['exact hours', 'nearest hours']).meta({
    description:
      'Whether the points consist of whole hours. Everything but the counts, averages and ends of points without groups is made of whole hours; where a day begins within one, of the nearest.',
  }),
  uncertainHours: count.meta({
    description:
      'Hours in which the `type` was not among the largest that are told apart, so that it may have more than is counted. Of a day in which further types came, all 24.',
  }),
};

const seriesSchema = <T extends z.ZodObject>(id: string, point: T, example: z.input<T>) =>
  z.strictObject({ ...frameShape, data: z.array(point) }).meta({
    id,
    example: {
      since: '2026-01-31T09:00:00.000Z',
      until: '2026-01-31T10:00:00.000Z',
      complete: true,
      live: null,
      asOf: null,
      percentiles: 'exact hours',
      uncertainHours: 0,
      data: [example],
    },
  });

const pointShape = { at: timeSchema, group: z.string().nullable() };
const AT = { at: '2026-01-31T09:00:00.000Z', group: null };
export const TIMES = { avgMs: 121, p50Ms: 96, p95Ms: 310, p99Ms: 820 };

export const attemptPoint = z.strictObject({
  ...pointShape,
  count,
  success: count,
  failure: count,
  successRate: share,
  ...timesShape,
  outcomes: countsByName,
});
export type AttemptPoint = z.input<typeof attemptPoint>;
const attemptsSchema = seriesSchema('AnalyticsOfAttempts', attemptPoint, {
  ...AT,
  count: 412,
  success: 409,
  failure: 3,
  successRate: 0.9927,
  ...TIMES,
  outcomes: { http_200: 409, http_503: 3 },
});

export const deliveryPoint = z.strictObject({
  ...pointShape,
  delivered: count,
  dead: count,
  cancelled: count,
  deliveredRate: share,
  avgMs: ms,
  p50Ms: ms,
  p95Ms: ms,
  p99Ms: ms,
  ends: countsByName,
});
export type DeliveryPoint = z.input<typeof deliveryPoint>;
const deliveriesSchema = seriesSchema('AnalyticsOfDeliveries', deliveryPoint, {
  ...AT,
  delivered: 409,
  dead: 0,
  cancelled: 0,
  deliveredRate: 1,
  avgMs: 160,
  p50Ms: 131,
  p95Ms: 400,
  p99Ms: 61_000,
  ends: { delivered: 409 },
});

const bucket = z.strictObject({ fromMs: z.number(), toMs: z.number(), count });
export const latencyPoint = z.strictObject({
  at: timeSchema,
  count,
  ...timesShape,
  phases: z.strictObject({ dnsMs: ms, connectMs: ms, tlsMs: ms, firstByteMs: ms }),
  keptConnections: count,
  buckets: z.array(bucket),
});
export type LatencyPoint = z.input<typeof latencyPoint>;
const latencySchema = seriesSchema('AnalyticsOfLatency', latencyPoint, {
  at: AT.at,
  count: 412,
  ...TIMES,
  phases: { dnsMs: 3, connectMs: 12, tlsMs: 20, firstByteMs: 96 },
  keptConnections: 380,
  buckets: [{ fromMs: 90.5, toMs: 100.1, count: 212 }],
});

export const retryPoint = z.strictObject({
  attempt: z.string().meta({ description: 'The number of the attempt in its run: `4-5` is two.' }),
  attempts: count,
  successes: count,
  successRate: share,
  delivered: count.meta({ description: 'Deliveries that needed so many attempts.' }),
  deliveredShare: share,
});
export type RetryPoint = z.input<typeof retryPoint>;
const retriesSchema = seriesSchema('AnalyticsOfRetries', retryPoint, {
  attempt: '2',
  attempts: 30,
  successes: 24,
  successRate: 0.8,
  delivered: 24,
  deliveredShare: 0.06,
});

const PROBLEMS = {
  404: NO_ENDPOINT,
} as const;
export const CSV = ['application/json', 'text/csv'] as const;
const BOUNDS =
  'At most 2,000 points and 2.5 MB. Shares and percentiles need 20 attempts. With `Accept: text/csv` the points are lines.';
const GROUPS_AND_5M =
  'At most 100 groups; further ones are `other`. `5m` has counts and averages without groups, percentiles begin at `1h`. A type at one endpoint has counts and averages by `1h` or `1d`.';
const WHOLE_HOURS = 'Not of a type at one endpoint, and not by `5m`.';

export const getAttempts = operation({
  id: 'getAttemptAnalytics',
  method: 'get',
  path: '/v1/analytics/attempts',
  tag: 'Analytics',
  summary: 'Count attempts over time',
  description: `Attempts by when they ended, without probes and replays. ${GROUPS_AND_5M} ${BOUNDS}`,
  access: 'deliveries:read',
  session: 'filtered',
  query: z.strictObject({ ...windowShape, ...byShape }),
  replies: { 200: { description: 'The points.', schema: attemptsSchema, contentType: CSV } },
  problems: PROBLEMS,
});
export const getDeliveries = operation({
  id: 'getDeliveryAnalytics',
  method: 'get',
  path: '/v1/analytics/deliveries',
  tag: 'Analytics',
  summary: 'Count deliveries over time by how they ended',
  description: `Times are from accepting the event to its delivery. Runs that a replay opened are not among them. ${GROUPS_AND_5M} ${BOUNDS}`,
  access: 'deliveries:read',
  session: 'filtered',
  query: z.strictObject({ ...windowShape, ...byShape }),
  replies: { 200: { description: 'The points.', schema: deliveriesSchema, contentType: CSV } },
  problems: PROBLEMS,
});
export const getLatency = operation({
  id: 'getLatencyAnalytics',
  method: 'get',
  path: '/v1/analytics/latency',
  tag: 'Analytics',
  summary: 'Read the distribution of response times over time',
  description: `A heat map: counts by response time, and where the time went on average. ${WHOLE_HOURS} ${BOUNDS}`,
  access: 'deliveries:read',
  session: 'filtered',
  query: z.strictObject(windowShape),
  replies: { 200: { description: 'The points.', schema: latencySchema, contentType: CSV } },
  problems: PROBLEMS,
});
export const getRetries = operation({
  id: 'getRetryAnalytics',
  method: 'get',
  path: '/v1/analytics/retries',
  tag: 'Analytics',
  summary: 'Read how often which attempt succeeds',
  description: `Of the whole window. ${WHOLE_HOURS} ${BOUNDS}`,
  access: 'deliveries:read',
  session: 'filtered',
  query: z.strictObject(windowShape),
  replies: { 200: { description: 'By attempt.', schema: retriesSchema, contentType: CSV } },
  problems: PROBLEMS,
});

export const totals = z.strictObject({
  attempts: count,
  success: count,
  failure: count,
  successRate: share,
  ...timesShape,
  delivered: count,
  dead: count,
  cancelled: count,
  outcomes: countsByName,
});
export type Totals = z.input<typeof totals>;
const leader = z.strictObject({
  tenant: z.string(),
  endpoint: idOf('ep'),
  attempts: count,
  failures: count,
  p95Ms: ms,
});
const summarySchema = z
  .strictObject({
    since: timeSchema,
    until: timeSchema,
    asOf: timeSchema.nullable(),
    complete: z.boolean(),
    now: totals,
    before: totals.meta({ description: 'The same length of time before.' }),
    hours: z.array(z.strictObject({ at: timeSchema, count, success: count })),
    endpoints: z.array(leader).meta({
      description:
        'Of a tenant, its endpoints with most failures; of the stack, the leaders of the last hour.',
    }),
  })
  .meta({
    id: 'AnalyticsSummary',
    example: {
      since: '2026-01-30T10:00:00.000Z',
      until: '2026-01-31T10:00:00.000Z',
      asOf: null,
      complete: false,
      now: {
        attempts: 412,
        success: 409,
        failure: 3,
        successRate: 0.9927,
        ...TIMES,
        delivered: 409,
        dead: 0,
        cancelled: 0,
        outcomes: { http_200: 409, http_503: 3 },
      },
      before: {
        attempts: 0,
        success: 0,
        failure: 0,
        successRate: null,
        avgMs: null,
        p50Ms: null,
        p95Ms: null,
        p99Ms: null,
        delivered: 0,
        dead: 0,
        cancelled: 0,
        outcomes: {},
      },
      hours: [{ at: AT.at, count: 412, success: 409 }],
      endpoints: [
        {
          tenant: 'acme',
          endpoint: `ep_${EXAMPLE.suffix}`,
          attempts: 412,
          failures: 3,
          p95Ms: null,
        },
      ],
    },
  });

export const getSummary = operation({
  id: 'getAnalyticsSummary',
  method: 'get',
  path: '/v1/analytics/summary',
  tag: 'Analytics',
  summary: 'Read the last day in one answer',
  description: 'Of the tenant; of the whole stack if the operator names none.',
  access: 'operator',
  session: 'refused',
  ownScope: 'deliveries:read',
  replies: { 200: { description: 'The summary.', schema: summarySchema } },
  problems: { 404: 'There is no such tenant.', 422: 'A header names no environment.' },
});
