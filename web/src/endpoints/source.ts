// Endpoints in pages: of one tenant, or through all tenants one after the other.
import { Api, path } from '../base/api.ts';
import type { Endpoint, Page, Tenant } from '../base/models.ts';

export interface Row {
  readonly endpoint: Endpoint;
  readonly tenant: string | undefined;
  readonly tenantName: string;
}

interface Place {
  readonly tenants: readonly Tenant[];
  readonly next: string | null;
  readonly cursor?: string;
}

const asRows = ({ data, next }: Page<Endpoint>, tenant?: Tenant): Page<Row> => ({
  data: data.map((endpoint) => ({
    endpoint,
    tenant: tenant?.id,
    tenantName: tenant?.name || (tenant?.id ?? ''),
  })),
  next,
});

const endpointsOf = (api: Api, cursor: string | undefined, signal: AbortSignal) =>
  api.get<Page<Endpoint>>(path`/v1/endpoints`, { cursor, limit: 50 }, signal);

/** In the portal, those of the session's tenant. The cursor says which tenants are left. */
export async function readEndpoints(
  api: Api,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<Page<Row>> {
  if (IS_PORTAL || api.scope.tenant !== undefined)
    return asRows(await endpointsOf(api, cursor, signal));
  const place: Place = cursor === undefined ? { tenants: [], next: '' } : JSON.parse(cursor);
  let { tenants, next } = place;
  if (tenants.length === 0 && next !== null) {
    const page = await api.get<Page<Tenant>>(
      path`/v1/tenants`,
      { cursor: next, limit: 20 },
      signal,
    );
    tenants = page.data.filter(({ deletedAt }) => deletedAt === null);
    next = page.next;
  }
  const [tenant, ...others] = tenants;
  if (tenant === undefined)
    return { data: [], next: next === null ? null : JSON.stringify({ tenants: [], next }) };
  const page = await endpointsOf(
    new Api({ ...api.scope, tenant: tenant.id }),
    place.cursor,
    signal,
  );
  const left: Place =
    page.next === null
      ? { tenants: others, next }
      : { tenants: [tenant, ...others], next, cursor: page.next };
  const isEnd = left.tenants.length === 0 && left.next === null;
  return { data: asRows(page, tenant).data, next: isEnd ? null : JSON.stringify(left) };
}
