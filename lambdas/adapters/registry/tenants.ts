// Tenants in the registry. Who changes one tells every fan-out through its scopes.
import { NotYetStoredError } from '../../core/errors.ts';
import { optimistically } from '../../core/optimistic.ts';
import { ENVIRONMENTS } from '../../core/scope.ts';
import type { ErasedTenants, TenantListing, TenantStore } from '../../core/tenants/store.ts';
import { NEW_ERASURE, reusableAtMs, type Tenant } from '../../core/tenants/tenant.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { getItem, type Item, text } from '../aws/dynamodb/client.ts';
import { documentItem, documentOf, putNewDocument, replaceDocument } from '../items/documents.ts';
import { createPages, listedDocumentOf } from '../items/page.ts';
import { countChange, type ScopeChange } from './scope-version.ts';

const PARTITION = 'tenants';
/** No tenant id sorts before a space. */
const BEFORE_IDS = ' ';
/** How often a tenant that others change meanwhile is tried. */
const ROUNDS = 5;
/** So long after its deletion nothing is accepted for a tenant any more, and its erasure takes longer. */
const ACCEPTED_AFTER_MS = 60_000;

export function createTenantStore(
  table: Table,
  erased: ErasedTenants,
): TenantStore & TenantListing {
  const page = createPages(table);

  const getTenant = async (id: string): Promise<Tenant | undefined> =>
    documentOf<Tenant>(await getItem(table, tenantKey(id)));

  const findTenant = async (id: string): Promise<Tenant | undefined> =>
    (await getTenant(id)) ?? erased.getErasedTenant(id);

  const itemOf = (tenant: Tenant): Item => documentItem(tenantKey(tenant.id), tenant);
  async function replaceTenant(before: Tenant, after: Tenant): Promise<boolean> {
    const isErased = after.erasure?.state === 'done';
    if (isErased) await erased.putErasedTenant(after);
    return replaceDocument(table, before, isErased ? tenantKey(after.id) : itemOf(after));
  }

  async function changeScopes(
    tenant: string,
    change: ScopeChange,
    sinceMs?: number,
  ): Promise<void> {
    for (const environment of ENVIRONMENTS) {
      await countChange(table, { tenant, environment }, change, sinceMs);
    }
  }

  return {
    async putTenant(id, name, nowMs, check = () => undefined) {
      const put = await optimistically(ROUNDS, async () => {
        const listed = await getTenant(id);
        const found = listed ?? (await erased.getErasedTenant(id));
        const created = found === undefined || found.deletedAtMs !== undefined;
        const isFree = !found || !created || nowMs >= reusableAtMs(found);
        if (!isFree) return { tenant: found, created: false };
        check(created ? undefined : found);
        if (created) {
          // First the scopes: of a tenant that is there again no event may be dropped. They are marked as long as the
          // table stands, and an earlier tenant of this id may be forgotten.
          await changeScopes(
            id,
            'return',
            found ? (found.deletedAtMs ?? 0) + ACCEPTED_AFTER_MS : 0,
          );
        }
        const tenant = created ? { id, name, createdAtMs: nowMs } : { ...found, name };
        const isPut = listed
          ? await replaceTenant(listed, tenant)
          : await putNewDocument(table, itemOf(tenant));
        return isPut ? { tenant, created } : undefined;
      });
      if (!put) throw new NotYetStoredError(id);
      return put;
    },

    async markTenantDeleted(id, nowMs, check = () => undefined) {
      const marked = await optimistically(ROUNDS, async () => {
        const found = await findTenant(id);
        if (found?.erasure?.state === 'done') {
          // An older version left it in the list.
          await replaceTenant(found, found);
        }
        if (!found || found.erasure?.state === 'done') return { tenant: found };
        const isMarked = found.deletedAtMs !== undefined;
        if (!isMarked) check(found);
        const tenant: Tenant = isMarked
          ? found
          : { ...found, deletedAtMs: nowMs, erasure: NEW_ERASURE };
        if (!isMarked && !(await replaceTenant(found, tenant))) return undefined;
        // Again for one that was marked: a crash may have come between.
        await changeScopes(id, 'deletion');
        return { tenant };
      });
      if (!marked) throw new NotYetStoredError(id);
      return marked.tenant;
    },

    replaceTenant,
    getTenant,
    findTenant,

    listTenants: (limit, cursor) =>
      page(listedDocumentOf<Tenant>, PARTITION, BEFORE_IDS, limit, cursor),
  };
}

export const tenantKey = (id: string): Item => ({ pk: text(PARTITION), sk: text(id) });
