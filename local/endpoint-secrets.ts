// Lets the built-in receiver look up the secrets of the endpoints that point at it, through the HTTP
// API with the operator's key, as any other client would.
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

export interface EndpointSecret {
  contract: string;
  secret: string;
}

const pageOf = <Shape extends z.ZodType>(item: Shape) =>
  z.object({ data: z.array(item), next: z.string().nullish() });
const tenantPage = pageOf(z.object({ id: z.string() }));
const endpointPage = pageOf(
  z.object({ id: z.string(), url: z.string(), contract: z.string().default('standard-webhooks') }),
);
const secretShape = z.object({ secret: z.string() });

const ENVIRONMENTS = ['live', 'test'];
/** Between two readings, so that a flood of unknown deliveries does not become one of requests. */
const REST_MS = 500;

export class EndpointSecrets {
  readonly #apiUrl: () => string | undefined;
  readonly #operatorKey: string;
  #byUrl = new Map<string, EndpointSecret[]>();
  #readAt = 0;
  #current: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  /** `apiUrl` is undefined until the API listens. */
  constructor(apiUrl: () => string | undefined, operatorKey: string) {
    this.#apiUrl = apiUrl;
    this.#operatorKey = operatorKey;
  }

  /** The secrets of all endpoints with this URL, as last read. */
  known(url: string): EndpointSecret[] {
    return this.#byUrl.get(url) ?? [];
  }

  /** Reads them anew. A reading that has begun may be too old for who asks now: they get the next. */
  refresh(): Promise<void> {
    this.#next ??= this.#readNext();
    return this.#next;
  }

  async #readNext(): Promise<void> {
    await this.#current.catch(() => undefined);
    await delay(Math.max(0, this.#readAt + REST_MS - Date.now()), undefined, { ref: false });
    this.#next = undefined;
    this.#current = this.#read().finally(() => {
      this.#readAt = Date.now();
    });
    await this.#current;
  }

  async #read(): Promise<void> {
    const byUrl = new Map<string, EndpointSecret[]>();
    for (const tenant of await this.#all('/v1/tenants', tenantPage, {})) {
      for (const environment of ENVIRONMENTS) {
        const as = { 'posthorn-tenant': tenant.id, 'posthorn-environment': environment };
        for (const { id, url, contract } of await this.#all('/v1/endpoints', endpointPage, as)) {
          const { secret } = secretShape.parse(await this.#get(`/v1/endpoints/${id}/secret`, as));
          byUrl.set(url, [...(byUrl.get(url) ?? []), { contract, secret }]);
        }
      }
    }
    this.#byUrl = byUrl;
  }

  async #all<Item>(
    path: string,
    page: z.ZodType<{ data: Item[]; next?: string | null | undefined }>,
    headers: Record<string, string>,
  ): Promise<Item[]> {
    const items: Item[] = [];
    let cursor: string | null | undefined;
    do {
      const query = cursor ? `?cursor=${encodeURIComponent(cursor)}` : '';
      const { data, next } = page.parse(await this.#get(path + query, headers));
      items.push(...data);
      cursor = next;
    } while (cursor);
    return items;
  }

  async #get(path: string, headers: Record<string, string>): Promise<unknown> {
    const response = await fetch(`${this.#apiUrl()}${path}`, {
      headers: { authorization: `Bearer ${this.#operatorKey}`, ...headers },
    });
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}`);
    return response.json();
  }
}
