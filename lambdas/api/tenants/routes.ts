// /v1/tenants: the customers of the platform.
import * as z from 'zod';
import { Problem } from '../../core/problem.ts';
import { TENANT_ID } from '../../core/scope.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import type { TenantListing, TenantStore } from '../../core/tenants/store.ts';
import type { ErasureStage } from '../../core/tenants/tenant.ts';
import type { Application } from '../../http/application.ts';
import type { Authentication } from '../../http/authentication.ts';
import { operation, serve } from '../../http/operation.ts';
import { EXAMPLES } from '../examples.ts';
import { listView, pageShape } from '../listing/query.ts';
import { pageSchema, timeSchema } from '../schemas.ts';
import { tenantView } from './view.ts';

const idSchema = z
  .string()
  .regex(TENANT_ID, 'must be 1 to 64 letters, digits, _ and -')
  .meta({ example: 'acme' });
const inputSchema = z.strictObject({
  name: z
    .string()
    .min(1, 'must not be empty')
    .max(200, 'must be at most 200 characters')
    .refine((name) => name.isWellFormed(), 'must be well-formed Unicode')
    .meta({ example: 'Acme Ltd' }),
});
const erasureSchema = z
  .strictObject({
    state: z.enum(['running', 'done']),
    done: z
      .strictObject({
        keys: z.int(),
        endpoints: z.int(),
        templates: z.int(),
        feeds: z.int(),
        replays: z.int(),
        events: z.int(),
      } satisfies Readonly<Record<ErasureStage, z.ZodInt>>)
      .meta({
        description:
          'What was removed so far; of feeds, entries; of replays, the subjects that they were for.',
      }),
    finishedAt: timeSchema.nullable(),
  })
  .meta({ id: 'TenantErasure' });
export const tenantSchema = z
  .strictObject({
    id: idSchema,
    name: z.string().meta({ description: 'Empty once its data is removed.' }),
    createdAt: timeSchema,
    deletedAt: timeSchema.nullable(),
    erasure: erasureSchema.nullable().meta({ description: 'How far its data is removed.' }),
  })
  .meta({ id: 'Tenant', example: EXAMPLES.tenant });

const BEING_REMOVED = 'This tenant was deleted, and its data is being removed: wait for the end.';

export const putTenant = operation({
  id: 'putTenant',
  method: 'put',
  path: '/v1/tenants/{id}',
  tag: 'Tenants',
  summary: 'Create a tenant, or change its name',
  access: 'operator',
  params: z.strictObject({ id: idSchema }),
  body: inputSchema,
  bodyExample: { name: 'Acme Ltd' },
  replies: {
    200: { description: 'There was one; it has this name now.', schema: tenantSchema },
    201: { description: 'Created.', schema: tenantSchema },
  },
  problems: { 409: 'It was deleted, and its data is being removed: with `Retry-After`.' },
});
export const getTenant = operation({
  id: 'getTenant',
  method: 'get',
  path: '/v1/tenants/{id}',
  tag: 'Tenants',
  summary: 'Read a tenant',
  access: 'operator',
  params: z.strictObject({ id: z.string() }),
  replies: { 200: { description: 'The tenant.', schema: tenantSchema } },
  problems: { 404: 'There is no such tenant.' },
});
export const listTenants = operation({
  id: 'listTenants',
  method: 'get',
  path: '/v1/tenants',
  tag: 'Tenants',
  summary: 'List tenants by id',
  access: 'operator',
  query: z.strictObject(pageShape((id) => TENANT_ID.test(id))),
  replies: { 200: { description: 'A page of tenants.', schema: pageSchema(tenantSchema) } },
});

export interface TenantPorts {
  readonly registry: Pick<TenantStore, 'putTenant' | 'getTenant'> &
    Pick<TenantListing, 'listTenants'>;
  readonly surroundings: Surroundings;
}

export function addTenantRoutes(
  app: Application,
  authentication: Authentication,
  { registry, surroundings }: TenantPorts,
): void {
  serve(app, authentication, putTenant, async ({ params, body, reply }) => {
    const { tenant, created } = await registry.putTenant(params.id, body.name, surroundings.now());
    if (tenant.deletedAtMs !== undefined) {
      throw new Problem(409, BEING_REMOVED, [], { 'Retry-After': '60' });
    }
    return reply(created ? 201 : 200, tenantView(tenant));
  });

  serve(app, authentication, getTenant, async ({ params, reply }) => {
    const tenant = TENANT_ID.test(params.id) ? await registry.getTenant(params.id) : undefined;
    if (!tenant) throw new Problem(404, 'There is no such tenant.');
    return reply(200, tenantView(tenant));
  });

  serve(app, authentication, listTenants, async ({ query, reply }) =>
    reply(200, listView(await registry.listTenants(query.limit, query.cursor), tenantView)),
  );
}
