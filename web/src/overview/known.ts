// The endpoints that the overview is about.
import { Api, path } from '../base/api.ts';
import type { Endpoint, Page, Summary } from '../base/models.ts';
import { allPages } from '../base/pages.ts';
import { stateOf } from '../parts/badge.tsx';

export interface Known {
  readonly endpoint: Endpoint;
  readonly tenant: string | undefined;
}

/** A tenant's endpoints; of the stack, the leaders of the last hour. */
export async function endpointsOf(
  api: Api,
  summary: Summary | undefined,
  hasOwn: boolean,
  signal: AbortSignal,
): Promise<Known[]> {
  if (IS_PORTAL || hasOwn) {
    const { rows } = await allPages<Endpoint>((cursor) =>
      api.get<Page<Endpoint>>(path`/v1/endpoints`, { cursor, limit: 100 }, signal),
    );
    return rows.map((endpoint) => ({ endpoint, tenant: undefined }));
  }
  const leaders = (summary?.endpoints ?? []).filter(({ failures }) => failures > 0).slice(0, 20);
  const found = await Promise.all(
    leaders.map(async ({ tenant, endpoint: id }) => {
      const endpoint = await new Api({ ...api.scope, tenant })
        .get<Endpoint>(path`/v1/endpoints/${id}`, {}, signal)
        .catch(() => undefined);
      return endpoint && { endpoint, tenant };
    }),
  );
  return found.filter((one) => one !== undefined);
}

export const isIll = ({ endpoint }: Known): boolean => stateOf(endpoint) !== 'healthy';

/** Of an endpoint's deliveries so many are read, newest first. */
const READ = 100;
const MAX_ENDPOINTS = 20;

/** How many wait, or are held, among those that were read; `isAll` if those are all. */
export interface Waiting {
  readonly count: number;
  readonly isAll: boolean;
}

/** By endpoint. */
export async function waitingAt(
  api: Api,
  some: readonly Known[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Waiting>> {
  const found = await Promise.all(
    some.slice(0, MAX_ENDPOINTS).map(async ({ endpoint: { id, status }, tenant }) => {
      const scoped = tenant === undefined ? api : new Api({ ...api.scope, tenant });
      const asked = { endpoint: id, status: status === 'active' ? 'waiting' : 'held', limit: READ };
      const page = await scoped
        .get<Page<unknown>>(path`/v1/deliveries`, asked, signal)
        .catch(() => undefined);
      return page && ([id, { count: page.data.length, isAll: page.next === null }] as const);
    }),
  );
  return new Map(found.filter((one) => one !== undefined));
}
