// Endpoints as the registry keeps them.
import type { Page } from '../listing.ts';
import type { Scope } from '../scope.ts';
import type { Endpoint } from './endpoint.ts';

export interface EndpointStore {
  /** Puts an endpoint if there is none with this id. Resolves to the stored one, once every fan-out sees it. */
  putEndpointOnce(endpoint: Endpoint): Promise<Endpoint>;
  /**
   * Puts the endpoint if it is still as it was read: false if it was changed in the meantime. Of one that is deleted
   * then, nothing stays but a tombstone.
   */
  replaceEndpoint(before: Endpoint, after: Endpoint): Promise<boolean>;
  /** Deleted ones too, as their tombstones tell. */
  getEndpoint(scope: Scope, id: string): Promise<Endpoint | undefined>;
  getEndpoints(
    refs: readonly (Scope & { readonly id: string })[],
  ): Promise<ReadonlyMap<string, Endpoint>>;
  /** By id, oldest first. */
  listEndpoints(scope: Scope, limit: number, cursor?: string): Promise<Page<Endpoint>>;
}

/** The registry's sealed endpoints, as a walk needs them. */
export interface SealedEndpoints {
  /** Oldest first; consistent. Deleted ones are among them that an older version left in the list. */
  listAll(scope: Scope, limit: number, cursor?: string): Promise<Page<Endpoint>>;
  /** Puts an endpoint that only seals otherwise, if it is still as it was read. */
  rewrite(before: Endpoint, after: Endpoint): Promise<boolean>;
}
