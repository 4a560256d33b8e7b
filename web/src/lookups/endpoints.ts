// Endpoints by name: their description, or where they are.
import { useLoad } from '../base/loading.ts';
import type { Endpoint, Page } from '../base/models.ts';
import { allPages } from '../base/pages.ts';

type Place = Pick<Endpoint, 'url' | 'recipients'>;

/** Its URL, or whom its mails go to. */
export function targetOf({ url, recipients }: Place): string {
  return url ?? `${recipients?.map(({ address }) => address)}`;
}

export function placeOf(endpoint: Place): string {
  return targetOf(endpoint).replace(/^https?:\/\//, '');
}

export function nameOf(endpoint: Place & Pick<Endpoint, 'description'>): string {
  return endpoint.description.trim() === '' ? placeOf(endpoint) : endpoint.description;
}

export type EndpointsById = ReadonlyMap<string, Endpoint>;

/** The endpoints of the tenant, for names beside ids. */
export function useEndpoints(everyMs?: number) {
  return useLoad(
    'endpoints by id',
    async (api, signal) => {
      if (!IS_PORTAL && api.scope.tenant === undefined) return new Map<string, Endpoint>();
      const { rows } = await allPages<Endpoint>((cursor) =>
        api.get<Page<Endpoint>>('/v1/endpoints', { cursor, limit: 100 }, signal),
      );
      return new Map(rows.map((endpoint) => [endpoint.id, endpoint]));
    },
    everyMs,
  );
}
