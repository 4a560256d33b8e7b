// Which tenants are there, from the registry.
import type { LivingTenants } from '../../core/analytics/store.ts';
import { OPERATOR_TENANT } from '../../core/scope.ts';
import type { Tenant } from '../../core/tenants/tenant.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { batchGet } from '../aws/dynamodb/client.ts';
import { documentOf } from '../items/documents.ts';
import { tenantKey } from '../registry/tenants.ts';

export function createLivingTenants(table: Table): LivingTenants {
  return {
    async createdTimes(ids) {
      const items = await batchGet(
        table,
        [...ids].filter((id) => id !== OPERATOR_TENANT).map(tenantKey),
      );
      const living = items.flatMap((item) => {
        const tenant = documentOf<Tenant>(item);
        return tenant && tenant.deletedAtMs === undefined ? [tenant] : [];
      });
      return new Map([
        [OPERATOR_TENANT, 0],
        ...living.map(({ id, createdAtMs }) => [id, createdAtMs] as const),
      ]);
    },
  };
}
