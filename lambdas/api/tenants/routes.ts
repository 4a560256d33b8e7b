// /v1/tenants: the customers of the platform.
import * as z from 'zod';
import { Problem } from '../../core/problem.ts';
import { TENANT_ID } from '../../core/scope.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import type { TenantListing, TenantStore } from '../../core/tenants/store.ts';
import { reusableAtMs } from '../../core/tenants/tenant.ts';
import { operation, type Serve } from '../../http/operation.ts';
import { matchHeader, requireMatch, STALE, tagHeader } from '../entity-tag.ts';
import { listView, pageShape } from '../listing/query.ts';
import { pageSchema } from '../schemas.ts';
import { idSchema, taggedTenant, tenantSchema, tenantView } from './view.ts';

const inputSchema = z.strictObject({
  name: z
    .string()
    .min(1, 'must not be empty')
    .max(200, 'must be at most 200 characters')
    .refine((name) => name.isWellFormed(), 'must be well-formed Unicode')
    .meta({ example: 'Acme Ltd' }),
});
const NOT_FREE =
  'This tenant was deleted. Its id can be used again 7 days after its data is removed, when its idempotency keys have ended.';

export const putTenant = operation({
  id: 'putTenant',
  method: 'put',
  path: '/v1/tenants/{id}',
  tag: 'Tenants',
  summary: 'Create a tenant, or change its name',
  access: 'operator',
  session: 'refused',
  params: z.strictObject({ id: idSchema }),
  headers: matchHeader,
  body: inputSchema,
  bodyExample: { name: 'Acme Ltd' },
  replies: {
    200: {
      description: 'The tenant existed already, and has this name now.',
      schema: tenantSchema,
      headers: tagHeader,
    },
    201: { description: 'Created.', schema: tenantSchema, headers: tagHeader },
  },
  problems: {
    412: STALE,
    409: 'The tenant was deleted, and its data was removed less than 7 days ago or is still being removed. The answer has `Retry-After`.',
  },
});
export const getTenant = operation({
  id: 'getTenant',
  method: 'get',
  path: '/v1/tenants/{id}',
  tag: 'Tenants',
  summary: 'Read a tenant',
  access: 'operator',
  session: 'refused',
  params: z.strictObject({ id: z.string() }),
  replies: { 200: { description: 'The tenant.', schema: tenantSchema, headers: tagHeader } },
  problems: { 404: 'There is no such tenant.' },
});
export const listTenants = operation({
  id: 'listTenants',
  method: 'get',
  path: '/v1/tenants',
  tag: 'Tenants',
  summary: 'List tenants by id',
  access: 'operator',
  session: 'refused',
  query: z.strictObject(pageShape((id) => TENANT_ID.test(id))),
  replies: { 200: { description: 'A page of tenants.', schema: pageSchema(tenantSchema) } },
});

interface TenantPorts {
  readonly registry: Pick<TenantStore, 'putTenant' | 'findTenant'> &
    Pick<TenantListing, 'listTenants'>;
  readonly surroundings: Surroundings;
}

export function addTenantRoutes(serve: Serve, { registry, surroundings }: TenantPorts): void {
  serve(putTenant, async ({ c, params, body, reply }) => {
    const nowMs = surroundings.now();
    const { tenant, created } = await registry.putTenant(params.id, body.name, nowMs, (found) =>
      requireMatch(c, found && taggedTenant(found)),
    );
    if (tenant.deletedAtMs !== undefined) {
      const waitMs = reusableAtMs(tenant) - surroundings.now();
      const seconds = Number.isFinite(waitMs) ? Math.max(1, Math.ceil(waitMs / 1000)) : 60;
      throw new Problem(409, NOT_FREE, [], { 'Retry-After': String(seconds) });
    }
    return reply(created ? 201 : 200, tenantView(tenant), taggedTenant(tenant));
  });

  serve(getTenant, async ({ params, reply }) => {
    const tenant = TENANT_ID.test(params.id) ? await registry.findTenant(params.id) : undefined;
    if (!tenant) throw new Problem(404, 'There is no such tenant.');
    return reply(200, tenantView(tenant), taggedTenant(tenant));
  });

  serve(listTenants, async ({ query, reply }) =>
    reply(200, listView(await registry.listTenants(query.limit, query.cursor), tenantView)),
  );
}
