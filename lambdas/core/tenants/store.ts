// Tenants as the registry keeps them.
import type { Page } from '../listing.ts';
import type { Tenant } from './tenant.ts';

export interface TenantStore {
  /** Creates or renames; a tenant that was deleted is left as it is until its id is free. */
  putTenant(id: string, name: string, nowMs: number): Promise<{ tenant: Tenant; created: boolean }>;
  /** Its events are no longer accepted or fanned out. Undefined if there is no such tenant. */
  markTenantDeleted(id: string, nowMs: number): Promise<Tenant | undefined>;
  /** Writes if nobody wrote since it was read: false otherwise. */
  replaceTenant(before: Tenant, after: Tenant): Promise<boolean>;
  getTenant(id: string): Promise<Tenant | undefined>;
}

export interface TenantListing {
  /** By id, without deleted ones: a page may be short where they stand. */
  listTenants(limit: number, cursor?: string): Promise<Page<Tenant>>;
}
