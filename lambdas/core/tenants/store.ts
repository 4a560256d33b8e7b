// Tenants as the registry keeps them.
import type { Page } from '../listing.ts';
import type { Tenant } from './tenant.ts';

export interface TenantStore {
  /**
   * Creates or renames; a tenant that was deleted is left as it is until its id is free.
   * @param check throws if the tenant may not be written over as it is; none is there where one is created
   */
  putTenant(
    id: string,
    name: string,
    nowMs: number,
    check?: (found: Tenant | undefined) => void,
  ): Promise<{ tenant: Tenant; created: boolean }>;
  /**
   * Its events are no longer accepted or fanned out. Undefined if there is no such tenant.
   * @param check throws if the tenant may not be deleted as it is
   */
  markTenantDeleted(
    id: string,
    nowMs: number,
    check?: (found: Tenant) => void,
  ): Promise<Tenant | undefined>;
  /** Writes if nobody wrote since it was read: false otherwise. One that is erased then leaves the list. */
  replaceTenant(before: Tenant, after: Tenant): Promise<boolean>;
  /** Also one that is being erased. */
  getTenant(id: string): Promise<Tenant | undefined>;
  /** Also one that was erased, for as long as that is remembered. */
  findTenant(id: string): Promise<Tenant | undefined>;
}

/** What is remembered of tenants that were erased: longer than their ids are kept from being used again. */
export interface ErasedTenants {
  putErasedTenant(tenant: Tenant): Promise<void>;
  getErasedTenant(id: string): Promise<Tenant | undefined>;
}

export interface TenantListing {
  /** By id, without those that are being erased: a page may be short where they stand. */
  listTenants(limit: number, cursor?: string): Promise<Page<Tenant>>;
}
