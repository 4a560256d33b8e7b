import { Listing } from '../listing.ts';
import type { PageQuery, Tenant } from '../models.ts';
import { type Api, answerOf, ifMatching } from '../transport.ts';

/** With the operator's key only. */
export class Tenants {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /**
   * Makes a tenant, or names it anew.
   * @param ifMatch the `ETag` of the version that is meant, as `etagOf` gives it
   */
  put(id: string, name: string, ifMatch?: string): Promise<Tenant> {
    const params = { path: { id }, header: ifMatching(ifMatch) };
    return answerOf(this.#api.PUT('/v1/tenants/{id}', { params, body: { name } }));
  }

  get(id: string): Promise<Tenant> {
    return answerOf(this.#api.GET('/v1/tenants/{id}', { params: { path: { id } } }));
  }

  /** By id. */
  list(query: PageQuery = {}): Listing<Tenant> {
    return new Listing((cursor) =>
      answerOf(
        this.#api.GET('/v1/tenants', {
          params: { query: { ...query, ...(cursor !== undefined && { cursor }) } },
        }),
      ),
    );
  }

  /**
   * With everything that is its own: `erasure` of `get` says how far that is.
   * @param ifMatch the `ETag` of the version that is meant, as `etagOf` gives it
   */
  delete(id: string, ifMatch?: string): Promise<Tenant> {
    const params = { path: { id }, header: ifMatching(ifMatch) };
    return answerOf(this.#api.DELETE('/v1/tenants/{id}', { params }));
  }
}
