// DELETE /v1/tenants/{id}: nobody may use the tenant any more, at once; its data is removed behind the request.
import * as z from 'zod';
import type { SealedEndpoints } from '../../core/endpoints/store.ts';
import type { CleanupQueue } from '../../core/erasure/message.ts';
import { inParallel } from '../../core/in-parallel.ts';
import { Problem } from '../../core/problem.ts';
import { ENVIRONMENTS, TENANT_ID } from '../../core/scope.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import type { TenantStore } from '../../core/tenants/store.ts';
import type { Tenant } from '../../core/tenants/tenant.ts';
import { operation, type Serve } from '../../http/operation.ts';
import { matchHeader, requireMatch, STALE } from '../entity-tag.ts';
import { deletedTenantExample, taggedTenant, tenantSchema, tenantView } from './view.ts';

/** What is not closed in this time is closed by the job. */
const CLOSING_MS = 10_000;
const PAGE = 50;

const NO_TENANT = 'There is no such tenant.';
const NOT_DELETED = 'The tenant may not be deleted yet. Send the request again.';
/** Longer than an invocation lasts: by then the tenant is marked as deleted, or will not be. */
const MARKED_AFTER_SECONDS = 30;

export const deleteTenant = operation({
  id: 'deleteTenant',
  method: 'delete',
  path: '/v1/tenants/{id}',
  tag: 'Tenants',
  summary: 'Delete a tenant, and remove its data permanently',
  description:
    'The tenant’s keys and endpoints stop working at once. Its data is removed in the background; `erasure` shows the progress. Repeating the call is harmless.',
  access: 'operator',
  session: 'refused',
  params: z.strictObject({ id: z.string() }),
  headers: matchHeader,
  replies: {
    202: {
      description: 'Deleted; its data is being removed.',
      schema: tenantSchema,
      headers: { Location: 'The path of the tenant, which shows the progress.' },
      example: deletedTenantExample,
    },
  },
  problems: { 404: NO_TENANT, 412: STALE, 503: NOT_DELETED },
});

interface TenantDeletionPorts {
  readonly registry: Pick<TenantStore, 'findTenant' | 'markTenantDeleted'>;
  readonly endpoints: SealedEndpoints;
  readonly queues: CleanupQueue;
  readonly surroundings: Surroundings;
}

export function addTenantDeletionRoute(serve: Serve, ports: TenantDeletionPorts): void {
  const { registry, surroundings } = ports;
  serve(deleteTenant, async ({ c, params: { id }, reply }) => {
    // One that was deleted already is as whoever repeats the request wants it.
    const check = (found: Tenant): void => requireMatch(c, taggedTenant(found));

    const found = TENANT_ID.test(id) ? await registry.findTenant(id) : undefined;
    if (!found) throw new Problem(404, NO_TENANT);
    if (found.deletedAtMs === undefined) check(found);
    // Before the mark: a tenant that is marked has a job. It does nothing for one that is not.
    if (found.erasure?.state !== 'done') await sendJob(ports, id, MARKED_AFTER_SECONDS);
    const tenant = (await registry.markTenantDeleted(id, surroundings.now(), check)) ?? found;
    if (tenant.erasure?.state !== 'done') {
      await sendJob(ports, id, 0);
      await close(ports, tenant);
    }
    return reply(202, tenantView(tenant), { Location: `/v1/tenants/${id}` });
  });
}

async function sendJob(
  { queues }: TenantDeletionPorts,
  tenant: string,
  delaySeconds: number,
): Promise<void> {
  const cleanup = { kind: 'erasure', tenant } as const;
  const refused = await queues.sendCleanups([{ cleanup, delaySeconds }]);
  if (refused.size > 0) throw new Problem(503, NOT_DELETED, [], { 'Retry-After': '1' });
}

/** Its endpoints receive nothing more; its keys are refused since it was marked. */
async function close(ports: TenantDeletionPorts, { id: tenant }: Tenant): Promise<void> {
  const { endpoints, surroundings } = ports;
  const endMs = surroundings.now() + CLOSING_MS;
  for (const environment of ENVIRONMENTS) {
    const scope = { tenant, environment };
    let after: string | undefined;
    do {
      const page = await endpoints.listAll(scope, PAGE, after);
      await inParallel(page.entries, PAGE, (one) =>
        // It stays where the job finds it. Whoever changes it just now loses to the job.
        endpoints.rewrite(one, { deletedAtMs: surroundings.now(), ...one }),
      );
      after = page.next;
    } while (after !== undefined && surroundings.now() < endMs);
  }
}
