// Which groups a query may ask for, and where their counts are.
import { type Groups, TYPES_OF_ENDPOINT } from '../../core/analytics/counting.ts';
import { type GroupedSeries, groupedSeries, OTHER } from '../../core/analytics/series.ts';
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

/** @throws Problem 422 */
export function requireGrouping(
  by: Group | undefined,
  { endpoint, type, granularity }: AskedWindow,
): void {
  const wrong = (message: string) => refused([{ path: 'by', message }]);
  if (by === undefined) return;
  if (by !== 'type' && by !== 'outcome' && by !== 'attempt' && endpoint !== undefined) {
    throw wrong(`${by} says nothing of one endpoint`);
  }
  if (type !== undefined && !(endpoint === undefined && (by === 'outcome' || by === 'attempt'))) {
    throw wrong(`${by} is not counted for one type: leave out type`);
  }
  if (granularity === '5m') throw wrong('is not counted by five minutes: ask for 1h or 1d');
}

/** @throws Problem 422 if none of the hours names the type */
export function hoursOfType(hours: readonly HourRollup[], type: string): HourRollup[] {
  const named = hours.flatMap((hour) => {
    const counts = hour.types?.[type];
    return counts === undefined ? [] : [{ ...hour, types: { [type]: counts } }];
  });
  const isCut = hours.some(({ types = {} }) => Object.keys(types).length >= TYPES_OF_ENDPOINT);
  if (named.length === 0 && isCut) {
    const message = `is not among the ${TYPES_OF_ENDPOINT} largest of the endpoint in any hour`;
    throw refused([{ path: 'type', message }]);
  }
  return named;
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
