// Lets the built-in receiver look up the secrets of the endpoints that point at it, through the HTTP
// API with the operator's key, as any other client would.
import { createPublicKey } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { ReceiverKeys } from './verifiers.ts';

/** An endpoint's contract with the keys that its receiver would hold. */
interface EndpointSecret extends ReceiverKeys {
  contract: string;
}

const pageOf = <Shape extends z.ZodType>(item: Shape) =>
  z.object({ data: z.array(item), next: z.string().nullish() });
const tenantPage = pageOf(z.object({ id: z.string() }));
const endpointPage = pageOf(
  z.object({
    id: z.string(),
    url: z.string(),
    contract: z.string().default('standard-webhooks'),
    contractOptions: z.record(z.string(), z.unknown()).default({}),
    signingKey: z.string().default('stack'),
    token: z.string().nullable().default(null),
    ownSignature: z.boolean().default(true),
    encryption: z.unknown().optional(),
    renameHeaders: z.record(z.string(), z.string()).default({}),
  }),
);
/** JWKs, of which the RSA ones sign JWTs. */
const jwksShape = z.object({
  keys: z.array(z.looseObject({ kty: z.string() })).default([]),
});
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
    return this.#byUrl.get(placeOf(url)) ?? [];
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
        for (const endpoint of await this.#all('/v1/endpoints', endpointPage, as)) {
          if (!isCheckable(endpoint)) continue;
          const { id, url, contract, contractOptions, signingKey, token } = endpoint;
          const { secret } = secretShape.parse(await this.#get(`/v1/endpoints/${id}/secret`, as));
          const signers = [`${tenant.id}/${environment}/`];
          if (signingKey === 'stack') signers.push(`_posthorn/${environment}/`, '');
          const publicKeys = contract === 'bynn' ? await this.#publicKeys(signers) : [];
          const known = { contract, secret, contractOptions, publicKeys, token };
          const place = placeOf(url);
          byUrl.set(place, [...(byUrl.get(place) ?? []), known]);
        }
      }
    }
    this.#byUrl = byUrl;
  }

  /** RSA keys, PEM. @param signers places below `/.well-known/` */
  async #publicKeys(signers: readonly string[]): Promise<string[]> {
    const sets = await Promise.all(
      signers.map(async (place) =>
        jwksShape.parse(await this.#get(`/.well-known/${place}jwks.json`, {})),
      ),
    );
    return sets.flatMap(({ keys }) => keys.filter(({ kty }) => kty === 'RSA').map(pemOf));
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

/** Whether the contract's own check fits: it does not know renamed headers, nor what is in a JWE. */
function isCheckable(endpoint: z.infer<typeof endpointPage>['data'][number]): boolean {
  const { contract, encryption, ownSignature, renameHeaders } = endpoint;
  const hidesToken = contract === 'bynn' && encryption !== undefined && encryption !== null;
  return ownSignature && !hidesToken && Object.keys(renameHeaders).length === 0;
}

function pemOf(jwk: object): string {
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
  return key.export({ format: 'pem', type: 'spki' }).toString();
}

/** One spelling for all that lead to the same place: loopback has several names. */
function placeOf(url: string): string {
  const parsed = URL.parse(url);
  if (!parsed) return url;
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(parsed.hostname);
  return `${isLoopback ? 'loopback' : parsed.hostname}:${parsed.port}${parsed.pathname}${parsed.search}`;
}
