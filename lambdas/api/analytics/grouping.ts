// Which groups a query may ask for, and where their counts are.
import type { Groups } from '../../core/analytics/counting.ts';
import { mergedRollup } from '../../core/analytics/rollup.ts';
import {
  type GroupedSeries,
  groupedSeries,
  OTHER,
  outcomesOf,
} from '../../core/analytics/series.ts';
import type { HourRollup } from '../../core/analytics/store.ts';
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import { inParallel } from '../../core/in-parallel.ts';
import type { Scope } from '../../core/scope.ts';
import { refused } from '../../http/body.ts';
import type { GROUPS } from './operations.ts';
import { type AnalyticsPorts, type AskedWindow, MAX_GROUPS } from './window.ts';

export type Group = (typeof GROUPS)[number];
/** Groups whose counts stand in the hours of a tenant or an endpoint. */
export type CountedGroup = Exclude<Group, 'outcome' | 'attempt'>;

const READ_AT_ONCE = 20;

interface Asked extends AskedWindow {
  readonly by?: Group | undefined;
}

/** Response times and tries of one type at one endpoint are in no rollup, nor is more than counts by five minutes. */
export function requireCounted(
  figures: 'attempts' | 'deliveries' | 'latency' | 'retries',
  { by, endpoint, type, granularity }: Asked,
): void {
  const wrong = (path: string, message: string) => refused([{ path, message }]);
  const isOfTypeAtEndpoint = endpoint !== undefined && type !== undefined;
  const hasMoreThanCounts = figures === 'latency' || figures === 'retries';
  if (isOfTypeAtEndpoint && hasMoreThanCounts) {
    throw wrong('type', `has no ${figures} at one endpoint: leave out endpoint or type`);
  }
  if (granularity === '5m' && (hasMoreThanCounts || isOfTypeAtEndpoint)) {
    const what = hasMoreThanCounts ? figures : 'a type at one endpoint';
    throw wrong('granularity', `has no counts of ${what} by five minutes: ask for 1h or 1d`);
  }
  if (by === undefined) return;
  if (by !== 'type' && by !== 'outcome' && by !== 'attempt' && endpoint !== undefined) {
    throw wrong('by', `${by} says nothing of one endpoint`);
  }
  if (type !== undefined && (endpoint !== undefined || !(by === 'outcome' || by === 'attempt'))) {
    throw wrong('by', `${by} is not counted for one type: leave out type`);
  }
  if (granularity === '5m') {
    throw wrong('by', 'is not counted by five minutes: ask for 1h or 1d');
  }
}

/** The most frequent: what is not among them is `other`. */
export function shownOutcomes(hours: readonly HourRollup[]): ReadonlySet<string> {
  const counted = Object.entries(outcomesOf(mergedRollup(hours)));
  const byCount = counted.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return new Set(byCount.slice(0, MAX_GROUPS).map(([outcome]) => outcome));
}

export async function seriesBy(
  { registry }: Pick<AnalyticsPorts, 'registry'>,
  scope: Scope,
  hours: readonly HourRollup[],
  by: CountedGroup,
): Promise<GroupedSeries> {
  if (by === 'type') return groupedSeries(hours, ({ types = {} }) => types, MAX_GROUPS);
  const endpointsOf = ({ endpoints = {} }: HourRollup): Groups => endpoints;
  const byEndpoint = groupedSeries(hours, endpointsOf, MAX_GROUPS);
  if (by === 'endpoint') return byEndpoint;
  const ids = byEndpoint.names.filter((name) => name !== OTHER);
  const found = await inParallel(ids, READ_AT_ONCE, (id) => registry.getEndpoint(scope, id));
  const settings = new Map(
    found.flatMap((endpoint) => (endpoint ? [[endpoint.id, settingOf(endpoint, by)]] : [])),
  );
  return groupedSeries(hours, endpointsOf, MAX_GROUPS, (id) => settings.get(id) ?? OTHER);
}

/** As the endpoint is set now. */
function settingOf(endpoint: Endpoint, by: 'contract' | 'method' | 'tls'): string {
  if (by === 'tls') return endpoint.tls === undefined ? 'standard' : 'own certificates';
  return endpoint[by];
}
