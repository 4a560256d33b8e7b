import { Listing } from '../listing.ts';
import type { PageQuery, Tenant } from '../models.ts';
import { answerOf, type Transport } from '../transport.ts';

/** With the operator's key only. */
export class Tenants {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Makes a tenant, or names it anew. */
  put(id: string, name: string): Promise<Tenant> {
    const { api } = this.#transport;
    return answerOf(api.PUT('/v1/tenants/{id}', { params: { path: { id } }, body: { name } }));
  }

  get(id: string): Promise<Tenant> {
    const { api } = this.#transport;
    return answerOf(api.GET('/v1/tenants/{id}', { params: { path: { id } } }));
  }

  /** By id. */
  list(query: PageQuery = {}): Listing<Tenant> {
    return new Listing((cursor) =>
      answerOf(
        this.#transport.api.GET('/v1/tenants', {
          params: { query: { ...query, ...(cursor !== undefined && { cursor }) } },
        }),
      ),
    );
  }

  /** With everything that is its own. What the service answers, if it answers with anything. */
  delete(id: string): Promise<unknown> {
    return this.#transport.call('DELETE', `/v1/tenants/${encodeURIComponent(id)}`);
  }
}
