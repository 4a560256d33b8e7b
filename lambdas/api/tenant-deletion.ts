// DELETE /v1/tenants/{id}: nobody may use the tenant any more, at once; its data is removed behind the request.
import { ENVIRONMENTS } from '../core/event.ts';
import type { Queues, Registry, Surroundings, Tenant } from '../core/ports.ts';
import { Problem } from '../core/problem.ts';
import type { SealedEndpoints } from '../core/reseal-walk.ts';
import type { Application } from '../http/application.ts';
import { type Authentication, requireOperator } from '../http/authentication.ts';
import { tenantView } from './views.ts';

/** What is not closed in this time is closed by the job. */
const CLOSING_MS = 10_000;
const PAGE = 50;

export interface TenantDeletionPorts {
  readonly registry: Pick<
    Registry,
    'getTenant' | 'markTenantDeleted' | 'listKeys' | 'revokeKey' | 'replaceEndpoint'
  >;
  readonly endpoints: Pick<SealedEndpoints, 'listAll'>;
  readonly queues: Pick<Queues, 'sendCleanups'>;
  readonly surroundings: Surroundings;
}

export function addTenantDeletionRoute(
  app: Application,
  { authenticate }: Authentication,
  ports: TenantDeletionPorts,
): void {
  const { registry, surroundings } = ports;
  app.delete('/v1/tenants/:id', authenticate, async (c) => {
    requireOperator(c);
    const id = c.req.param('id');
    const tenant = await registry.markTenantDeleted(id, surroundings.now());
    if (!tenant) throw new Problem(404, 'There is no such tenant.');
    if (tenant.erasure?.state !== 'done') {
      const cleanup = { kind: 'erasure', tenant: id } as const;
      const refused = await ports.queues.sendCleanups([{ cleanup, delaySeconds: 0 }]);
      if (refused.size > 0) {
        throw new Problem(
          503,
          'The tenant is deleted, but its data is not being removed yet. Send it again.',
          [],
          {
            'Retry-After': '1',
          },
        );
      }
      await close(ports, tenant);
    }
    return c.json(tenantView(tenant), 202, { Location: `/v1/tenants/${id}` });
  });
}

/** Its keys stop working and its endpoints receive nothing more. */
async function close(ports: TenantDeletionPorts, { id: tenant }: Tenant): Promise<void> {
  const { registry, endpoints, surroundings } = ports;
  const endMs = surroundings.now() + CLOSING_MS;
  for (const environment of ENVIRONMENTS) {
    const scope = { tenant, environment };
    let after: string | undefined;
    do {
      const page = await registry.listKeys(scope, PAGE, after);
      const valid = page.entries.filter(({ revokedAtMs }) => revokedAtMs === undefined);
      await Promise.all(valid.map((key) => registry.revokeKey(key, surroundings.now())));
      after = page.next;
    } while (after !== undefined && surroundings.now() < endMs);
    do {
      const page = await endpoints.listAll(scope, PAGE, after);
      const open = page.entries.filter(({ deletedAtMs }) => deletedAtMs === undefined);
      await Promise.all(
        open.map((one) => {
          const tombstone = { version: one.version + 1, deletedAtMs: surroundings.now() };
          // Whoever changes it just now loses to the job.
          return registry.replaceEndpoint(one, { ...one, ...tombstone });
        }),
      );
      after = page.next;
    } while (after !== undefined && surroundings.now() < endMs);
  }
}
