// A tenant as the API shows it.
import { removedSoFar } from '../../core/erasure/tenant.ts';
import type { Tenant } from '../../core/tenants/tenant.ts';
import { time } from '../schemas.ts';

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
