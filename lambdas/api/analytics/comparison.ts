// GET /v1/endpoints/{id}/comparison: an endpoint before and after a change of its settings.
import * as z from 'zod';
import {
  COMPARED_HOURS,
  type ComparedWindows,
  windowsAround,
} from '../../core/analytics/comparison.ts';
import { HOUR_MS, HOURS_ASKED_MS } from '../../core/analytics/hour.ts';
import { endsIn, firstsIn } from '../../core/analytics/rollup.ts';
import { rate, rollupOf } from '../../core/analytics/series.ts';
import type { Span } from '../../core/analytics/spans.ts';
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import { instantMs, instantSchema } from '../../core/instant.ts';
import { lastChangeMs } from '../../core/templates/last-change.ts';
import type { Templates } from '../../core/templates/store.ts';
import { refused } from '../../http/body.ts';
import { operation, type Serve } from '../../http/operation.ts';
import { limitParameter } from '../listing/query.ts';
import { NO_ENDPOINT, requireLiveEndpoint } from '../lookups.ts';
import { EXAMPLE, idOf, idParams, time, timeSchema } from '../schemas.ts';
import { inForm } from './csv.ts';
import { CSV, count, frameShape, share, TIMES, totals } from './operations.ts';
import { totalsOf } from './summary.ts';
import { type AnalyticsPorts, type AnalyticsWindow, readWindow } from './window.ts';

const MOST_HOURS = 7 * 24;
const difference = z.number().nullable();

const sideSchema = z.strictObject({
  period: z.enum(['before', 'after']),
  since: timeSchema,
  until: timeSchema,
  ...totals.shape,
  deliveredRate: share,
  retries: count.meta({ description: 'Attempts after the first of their run.' }),
  retryShare: share.meta({ description: 'Of all attempts.' }),
  firstAttemptRate: share.meta({ description: 'The share of first attempts that succeeded.' }),
});
type Side = z.input<typeof sideSchema>;

/** After minus before. */
const differenceShape = {
  successRate: difference,
  deliveredRate: difference,
  retryShare: difference,
  firstAttemptRate: difference,
  avgMs: difference,
  p50Ms: difference,
  p95Ms: difference,
  p99Ms: difference,
};
type Compared = keyof typeof differenceShape;

const example: Omit<Side, 'period'> = {
  since: '2026-01-31T09:00:00.000Z',
  until: '2026-01-31T10:00:00.000Z',
  attempts: 440,
  success: 409,
  failure: 31,
  successRate: 0.9295,
  ...TIMES,
  delivered: 409,
  dead: 0,
  cancelled: 0,
  outcomes: { http_200: 409, timeout_response: 31 },
  deliveredRate: 1,
  retries: 31,
  retryShare: 0.0705,
  firstAttemptRate: 0.9242,
};

export const getComparison = operation({
  id: 'getComparison',
  method: 'get',
  path: '/v1/endpoints/{id}/comparison',
  tag: 'Analytics',
  summary: 'Compare an endpoint before and after a change of its settings',
  description:
    'Two windows of the same number of whole hours: those before the hour of the change, and those after it that are over, at most `hours`. Shares, percentiles and their differences need 20 attempts on each side. With `Accept: text/csv` the two are lines.',
  access: 'deliveries:read',
  session: 'filtered',
  params: idParams('ep'),
  query: z.strictObject({
    at: instantSchema.optional().meta({
      description: 'When it was changed; the last change that is known unless it is given.',
    }),
    hours: limitParameter(MOST_HOURS, COMPARED_HOURS),
  }),
  replies: {
    200: {
      description: 'Before, and after.',
      schema: z
        .strictObject({
          endpoint: idOf('ep'),
          at: timeSchema.meta({ description: 'When it was changed.' }),
          hours: count.meta({ description: 'The length of each window.' }),
          complete: frameShape.complete,
          live: frameShape.live,
          data: z.array(sideSchema),
          difference: z.strictObject(differenceShape).meta({
            description: 'After minus before; null where one of both is.',
          }),
        })
        .meta({
          id: 'Comparison',
          example: {
            endpoint: `ep_${EXAMPLE.suffix}`,
            at: '2026-01-31T10:20:00.000Z',
            hours: 1,
            complete: true,
            live: null,
            data: [
              { period: 'before', ...example },
              {
                period: 'after',
                ...example,
                since: '2026-01-31T11:00:00.000Z',
                until: '2026-01-31T12:00:00.000Z',
              },
            ],
            difference: {
              successRate: 0,
              deliveredRate: 0,
              retryShare: 0,
              firstAttemptRate: 0,
              avgMs: 0,
              p50Ms: 0,
              p95Ms: 0,
              p99Ms: 0,
            },
          },
        }),
      contentType: CSV,
    },
  },
  problems: { 404: NO_ENDPOINT },
});

export interface ChangePorts {
  readonly templates: Pick<Templates, 'getTemplate'>;
}

/** When its settings last changed, as far as is known. */
export async function changeOf(
  { templates }: ChangePorts,
  endpoint: Endpoint,
): Promise<number | undefined> {
  const { template } = endpoint;
  const followed =
    template === undefined ? undefined : await templates.getTemplate(endpoint, template);
  return lastChangeMs(endpoint, followed?.template);
}

export function addComparisonRoute(serve: Serve, ports: AnalyticsPorts & ChangePorts): void {
  serve(getComparison, async ({ c, scope, params, query, reply }) => {
    const endpoint = await requireLiveEndpoint(ports.registry, scope, params.id);
    const nowMs = ports.surroundings.now();
    const atMs = query.at === undefined ? await changeOf(ports, endpoint) : instantMs(query.at);
    if (atMs === undefined) {
      const message = 'must be given: no change of the endpoint is known';
      throw refused([{ path: 'at', message }]);
    }
    const windows = windowsAround(atMs, query.hours, nowMs);
    requireKept(atMs, windows, nowMs);
    const { fromMs } = windows.before;
    const whole = {
      since: time(fromMs),
      until: time(Math.max(windows.after.toMs, fromMs + 1)),
    };
    const whose = { kind: 'endpoint', ...scope, endpoint: endpoint.id } as const;
    const asked = { ...whole, granularity: '1h', timeZone: 'UTC' } as const;
    const window = await readWindow(ports, scope, asked, whose);
    const before = sideOf('before', windows.before, window);
    const after = sideOf('after', windows.after, window);
    const data = [before, after];
    return (
      inForm(c, data) ??
      reply(200, {
        endpoint: endpoint.id,
        at: time(atMs),
        hours: (windows.after.toMs - windows.after.fromMs) / HOUR_MS,
        complete: window.frame.complete,
        live: window.frame.live,
        data,
        difference: differenceOf(before, after),
      })
    );
  });
}

/** @throws Problem 422 */
function requireKept(atMs: number, { before }: ComparedWindows, nowMs: number): void {
  if (atMs > nowMs) throw refused([{ path: 'at', message: 'must be in the past' }]);
  if (nowMs - before.fromMs <= HOURS_ASKED_MS) return;
  const message = 'must be, with the hours before it, at most 90 days ago';
  throw refused([{ path: 'at', message }]);
}

function sideOf(period: Side['period'], span: Span, { hours }: AnalyticsWindow): Side {
  const rollup = rollupOf(span, hours);
  const whole = totalsOf(rollup);
  const [firsts, firstSuccesses] = firstsIn(rollup);
  const [delivered, dead] = [endsIn(rollup, 'delivered'), endsIn(rollup, 'dead')];
  const retries = whole.attempts - firsts;
  return {
    period,
    since: time(span.fromMs),
    until: time(span.toMs),
    ...whole,
    deliveredRate: rate(delivered, delivered + dead),
    retries,
    retryShare: rate(retries, whole.attempts),
    firstAttemptRate: rate(firstSuccesses, firsts),
  };
}

function differenceOf(before: Side, after: Side): Record<Compared, number | null> {
  const names = Object.keys(differenceShape) as Compared[];
  const differences = names.map((name) => {
    const [was, is] = [before[name], after[name]];
    return [name, was === null || is === null ? null : rounded(is - was)] as const;
  });
  return Object.fromEntries(differences) as Record<Compared, number | null>; // one for each
}

/** Shares have four digits, and times none. */
const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;
