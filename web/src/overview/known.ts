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
  if (hasOwn) {
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
