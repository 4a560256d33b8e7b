// The window that a query asks for, and its hours: those that are counted, and what the ledger tells of the others.
import type { Whose } from '../../core/analytics/counting.ts';
import { DAYS_ASKED_MS, dayOf, dayStartMs } from '../../core/analytics/day.ts';
import { HOUR_MS, HOURS_ASKED_MS, hourOf, hourStartMs } from '../../core/analytics/hour.ts';
import { type LiveHours, liveHours } from '../../core/analytics/live.ts';
import { isOfWholeHours, type SpanOfHours, splitBySpans } from '../../core/analytics/series.ts';
import { type Granularity, type Span, spansOf } from '../../core/analytics/spans.ts';
import type { CountedHours, HourRollup, RollupReader } from '../../core/analytics/store.ts';
import type { DeliveryListing } from '../../core/deliveries/ledger.ts';
import type { EndpointStore } from '../../core/endpoints/store.ts';
import type { Scope } from '../../core/scope.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import { DAY_MS } from '../../core/time.ts';
import { refused } from '../../http/body.ts';
import { MAX_PAGE_BYTES } from '../listing/filtered-page.ts';
import { rangeOf } from '../listing/query.ts';
import { requireEndpoint } from '../lookups.ts';
import { time } from '../schemas.ts';
import { hoursOfType, uncertainHours } from './type.ts';

/** Also of points times groups. */
export const MAX_POINTS = 2_000;
export const MAX_GROUPS = 100;
/** After an hour, until its last lines are in the archive and it is marked as due: twice what record and its stream take. */
const MARKED_WITHIN_MS = 10 * 60_000;

export interface AnalyticsPorts {
  readonly rollups: RollupReader;
  readonly dueHours: Pick<CountedHours, 'listDue'>;
  readonly ledger: Pick<DeliveryListing, 'listDeliveries'>;
  readonly registry: Pick<EndpointStore, 'getEndpoint'>;
  readonly surroundings: Pick<Surroundings, 'now'>;
}

export interface AskedWindow {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly granularity: Granularity;
  readonly timeZone: string;
  readonly endpoint?: string | undefined;
  readonly type?: string | undefined;
}

export interface AnalyticsWindow {
  readonly spans: readonly SpanOfHours[];
  readonly hours: readonly HourRollup[];
  /** Whether spans are of five minutes, of which there are counts only. */
  readonly isFine: boolean;
  readonly frame: {
    readonly since: string;
    readonly until: string;
    readonly complete: boolean;
    readonly live: LiveHours['kind'] | null;
    readonly asOf: string | null;
    readonly percentiles: 'exact hours' | 'nearest hours';
    readonly uncertainHours: number;
  };
}

/** @throws Problem 404, 422 */
export async function readWindow(
  ports: AnalyticsPorts,
  scope: Scope,
  asked: AskedWindow,
  whose: Whose,
): Promise<AnalyticsWindow> {
  const nowMs = ports.surroundings.now();
  const { untilMs = nowMs, sinceMs = untilMs - DAY_MS } = rangeOf(asked);
  const { granularity, timeZone } = asked;
  const spans = spansOf({ fromMs: sinceMs, toMs: untilMs, granularity, timeZone }, MAX_POINTS + 1);
  requirePoints(spans.length);
  const fromMs = spans[0]?.fromMs ?? sinceMs;
  const toMs = spans.at(-1)?.toMs ?? untilMs;
  const isOfDays = granularity === '1d' && spans.every(isOfWholeDays);
  requireKept(nowMs - sinceMs, isOfDays);
  const span = { fromMs, toMs };
  const read = (of: Whose) => readCounted(ports.rollups, of, span, isOfDays, nowMs);
  // Before the hours are read: of one that is counted in between it is said that it is due, not that it is counted.
  const isDue = await hasDue(ports.dueHours, span);
  const counted = await read(whose);
  const isOpen = toMs > nowMs - 2 * HOUR_MS;
  const live =
    whose.kind === 'endpoint' && isOpen
      ? await liveOf(ports, scope, whose.endpoint, counted.hours, nowMs)
      : undefined;
  const uncounted = (live?.hours ?? []).filter(isIn(span));
  const { type } = asked;
  const all = [...counted.days, ...counted.hours, ...uncounted];
  const hours = whose.kind === 'endpoint' && type !== undefined ? hoursOfType(all, type) : all;
  const naming = whose.kind === 'type' ? await read({ kind: 'tenant', ...scope }) : counted;
  const asOfMs = counted.hours.find((one) => one.asOfMs !== undefined)?.asOfMs;
  const isOver = toMs <= nowMs - MARKED_WITHIN_MS;
  return {
    spans: splitBySpans(spans, hours),
    hours,
    isFine: granularity === '5m',
    frame: {
      since: time(fromMs),
      until: time(toMs),
      complete: isOver && !isDue && asOfMs === undefined && uncounted.length === 0,
      live: live && uncounted.length > 0 ? live.kind : null,
      asOf: asOfMs === undefined ? null : time(asOfMs),
      percentiles: spans.every(isOfWholeHours) ? 'exact hours' : 'nearest hours',
      uncertainHours: type === undefined ? 0 : uncertainHours(naming, type),
    },
  };
}

/** Whether an hour has a part of the span. */
const isIn =
  ({ fromMs, toMs }: Span) =>
  ({ hour }: { readonly hour: string }): boolean => {
    const startMs = hourStartMs(hour);
    return startMs < toMs && startMs + HOUR_MS > fromMs;
  };

/** Whether an hour of the span got lines since it was counted. */
async function hasDue(dueHours: AnalyticsPorts['dueHours'], span: Span): Promise<boolean> {
  return (await dueHours.listDue()).some(isIn(span));
}

const isOfWholeDays = ({ fromMs, toMs }: Span): boolean =>
  fromMs % DAY_MS === 0 && toMs % DAY_MS === 0;

/** @throws Problem 422 */
function requireKept(backMs: number, isOfDays: boolean): void {
  if (backMs <= (isOfDays ? DAYS_ASKED_MS : HOURS_ASKED_MS)) return;
  const message = isOfDays
    ? 'must be at most 400 days ago'
    : 'must be at most 90 days ago: only days of UTC are kept for 400 days, with granularity 1d';
  throw refused([{ path: 'since', message }]);
}

/** Days that are over by a day, where whole days are asked for, and hours. */
async function readCounted(
  rollups: RollupReader,
  whose: Whose,
  span: Span,
  isOfDays: boolean,
  nowMs: number,
): Promise<{ readonly days: readonly HourRollup[]; readonly hours: readonly HourRollup[] }> {
  const { fromMs, toMs } = span;
  const lastMs = Math.min(toMs, nowMs) + HOUR_MS;
  const hoursFromMs = isOfDays ? Math.max(fromMs, dayStartMs(dayOf(nowMs)) - DAY_MS) : fromMs;
  const days = isOfDays
    ? await rollups.readDays(whose, dayOf(fromMs), dayOf(Math.min(toMs, hoursFromMs)))
    : [];
  const hours = await rollups.readRollups(whose, hourOf(hoursFromMs), hourOf(lastMs));
  return { days, hours: hours.filter(isIn(span)) };
}

/** No answer is longer than a page of a listing. @throws Problem 422 */
export function requireLength(data: readonly object[]): void {
  if (Buffer.byteLength(JSON.stringify(data)) <= MAX_PAGE_BYTES) return;
  const message = `makes an answer of more than ${MAX_PAGE_BYTES / 1_000_000} MB: ask for less time, or for longer spans`;
  throw refused([{ path: 'granularity', message }]);
}

/** @throws Problem 422 */
export function requirePoints(count: number): void {
  if (count <= MAX_POINTS) return;
  const message = `makes more than ${MAX_POINTS} points: ask for less time, or for longer spans`;
  throw refused([{ path: 'granularity', message }]);
}

async function liveOf(
  { ledger, registry }: AnalyticsPorts,
  scope: Scope,
  id: string,
  counted: readonly HourRollup[],
  nowMs: number,
): Promise<LiveHours> {
  const endpoint = await requireEndpoint(registry, scope, id);
  return liveHours(ledger, endpoint, new Set(counted.map(({ hour }) => hour)), nowMs);
}

/** Whose rollups a query is about. @throws Problem 404, the same for another tenant's endpoint as for none */
export async function whoseOf(
  { registry }: Pick<AnalyticsPorts, 'registry'>,
  scope: Scope,
  { endpoint, type }: Pick<AskedWindow, 'endpoint' | 'type'>,
): Promise<Whose> {
  if (endpoint !== undefined) {
    await requireEndpoint(registry, scope, endpoint);
    return { kind: 'endpoint', ...scope, endpoint };
  }
  return type === undefined ? { kind: 'tenant', ...scope } : { kind: 'type', ...scope, type };
}
