// A tenant as the API shows it.
import * as z from 'zod';
import { removedSoFar } from '../../core/erasure/tenant.ts';
import { TENANT_ID } from '../../core/scope.ts';
import type { ErasureStage, Tenant } from '../../core/tenants/tenant.ts';
import { taggedByContent } from '../entity-tag.ts';
import { EXAMPLE, time, timeSchema } from '../schemas.ts';

export function tenantView({ id, name, createdAtMs, deletedAtMs, erasure }: Tenant) {
  return {
    id,
    name,
    createdAt: time(createdAtMs),
    deletedAt: deletedAtMs === undefined ? null : time(deletedAtMs),
    erasure: erasure
      ? {
          state: erasure.state,
          done: removedSoFar(erasure),
          finishedAt: erasure.finishedAtMs === undefined ? null : time(erasure.finishedAtMs),
        }
      : null,
  };
}

/** How far its erasure is says nothing of what its owner may change. */
export const taggedTenant = ({ erasure, ...tenant }: Tenant) => taggedByContent(tenant);

export const idSchema = z
  .string()
  .regex(TENANT_ID, 'must be 1 to 64 letters, digits, _ and -')
  .meta({ example: 'acme' });
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
        rollups: z.int(),
      } satisfies Readonly<Record<ErasureStage, z.ZodInt>>)
      .meta({
        description:
          'How many have been removed so far. `feeds` counts entries of feeds, `replays` counts replays whose subject was removed, and `rollups` counts hours of analytics.',
      }),
    finishedAt: timeSchema.nullable(),
  })
  .meta({ id: 'TenantErasure' });
const example = {
  id: 'acme',
  name: 'Acme Ltd',
  createdAt: EXAMPLE.time,
  deletedAt: null,
  erasure: null,
};

export const tenantSchema = z
  .strictObject({
    id: idSchema,
    name: z.string().meta({ description: 'Empty once the tenant’s data is removed.' }),
    createdAt: timeSchema,
    deletedAt: timeSchema.nullable(),
    erasure: erasureSchema
      .nullable()
      .meta({ description: 'The progress of removing the tenant’s data.' }),
  })
  .meta({ id: 'Tenant', example: example });

const erased = { keys: 2, endpoints: 1, templates: 0, feeds: 0, replays: 0, events: 0, rollups: 0 };
export const deletedTenantExample = {
  ...example,
  deletedAt: EXAMPLE.later,
  erasure: { state: 'running', done: erased, finishedAt: null },
};
