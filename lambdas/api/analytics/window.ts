// The window that a query asks for, and its hours: those that are counted, and what the ledger tells of the others.
import type { Whose } from '../../core/analytics/counting.ts';
import { DAYS_ASKED_MS, dayOf, dayStartMs } from '../../core/analytics/day.ts';
import { HOUR_MS, HOURS_ASKED_MS, hourOf, hourStartMs } from '../../core/analytics/hour.ts';
import { type LiveHours, liveHours } from '../../core/analytics/live.ts';
import { isOfWholeHours } from '../../core/analytics/series.ts';
import { type Granularity, type Span, spansOf } from '../../core/analytics/spans.ts';
import type { HourRollup, RollupReader } from '../../core/analytics/store.ts';
import type { DeliveryListing } from '../../core/deliveries/ledger.ts';
import type { EndpointStore } from '../../core/endpoints/store.ts';
import type { Scope } from '../../core/scope.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import { DAY_MS } from '../../core/time.ts';
import { refused } from '../../http/body.ts';
import { rangeOf } from '../listing/query.ts';
import { requireEndpoint } from '../lookups.ts';
import { time } from '../schemas.ts';

/** Also of points times groups. */
export const MAX_POINTS = 2_000;
export const MAX_GROUPS = 100;

export interface AnalyticsPorts {
  readonly rollups: RollupReader;
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
  readonly spans: readonly Span[];
  readonly hours: readonly HourRollup[];
  readonly isFine: boolean;
  readonly frame: {
    readonly since: string;
    readonly until: string;
    readonly complete: boolean;
    readonly live: LiveHours['kind'] | null;
    readonly asOf: string | null;
    readonly percentiles: 'exact hours' | 'nearest hours';
  };
}

/** @param groups how many points each span has, at most @throws Problem 404, 422 */
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
  const counted = await readCounted(ports.rollups, whose, { fromMs, toMs }, isOfDays, nowMs);
  const isOpen = toMs > nowMs - 2 * HOUR_MS;
  const live =
    whose.kind === 'endpoint' && isOpen
      ? await liveOf(ports, scope, whose.endpoint, counted, nowMs)
      : undefined;
  const hours = [...counted, ...(live?.hours ?? [])];
  const asOfMs = counted.find((one) => one.asOfMs !== undefined)?.asOfMs;
  return {
    spans,
    hours,
    isFine: granularity === '5m',
    frame: {
      since: time(fromMs),
      until: time(toMs),
      complete: !isOpen,
      live: live && live.hours.length > 0 ? live.kind : null,
      asOf: asOfMs === undefined ? null : time(asOfMs),
      percentiles: spans.every(isOfWholeHours) ? 'exact hours' : 'nearest hours',
    },
  };
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
  { fromMs, toMs }: Span,
  isOfDays: boolean,
  nowMs: number,
): Promise<readonly HourRollup[]> {
  const lastMs = Math.min(toMs, nowMs) + 2 * HOUR_MS;
  const hoursFromMs = isOfDays ? Math.max(fromMs, dayStartMs(dayOf(nowMs)) - DAY_MS) : fromMs;
  const days = isOfDays
    ? await rollups.readDays(whose, dayOf(fromMs), dayOf(Math.min(toMs, hoursFromMs)))
    : [];
  const hours = await rollups.readRollups(whose, hourOf(hoursFromMs - HOUR_MS), hourOf(lastMs));
  return [...days, ...hours.filter(({ hour }) => !isOfDays || hourStartMs(hour) >= hoursFromMs)];
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
