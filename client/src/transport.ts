// Requests to the service: address, key and tenant, keys against doing things twice, retries, and answers
// as values or thrown errors.
import { randomUUID } from 'node:crypto';
import createClient, { type Client } from 'openapi-fetch';
import { bounded } from './bounded-response.ts';
import { apiErrorOf, ConnectionError, PosthornError } from './errors.ts';
import { jsonOf } from './json-text.ts';
import { KEYED_POSTS } from './keyed-posts.ts';
import { DEFAULT_RETRIES, type RetryPolicy, retryAfterMs, sendWithRetries } from './retries.ts';
import type { paths } from './schema.ts';
import { VERSION } from './version.ts';

export interface PosthornOptions {
  /** Where the service is: `http://127.0.0.1:3000`, or the stack's output `ApiUrl`. */
  readonly url: string;
  /** A tenant's key, or the operator's. Open routes need none. */
  readonly key?: string | undefined;
  /** With the operator's key only. */
  readonly tenant?: string | undefined;
  /** With the operator's key only; `live` if it is not given. */
  readonly environment?: 'live' | 'test' | undefined;
  readonly retries?: Partial<RetryPolicy>;
  /** For each try of a request; 30,000 if it is not given. */
  readonly timeoutMs?: number;
  /** Put before the client's own in `User-Agent`. */
  readonly userAgent?: string;
  /** Instead of the global `fetch`. */
  readonly fetch?: (request: Request, init?: RequestInit) => Promise<Response>;
}

/** All operations by method and path, typed by the OpenAPI document. */
export type Api = Client<paths>;

export interface Call {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

export class Transport {
  readonly api: Api;
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #send: (request: Request) => Promise<Response>;

  constructor(options: PosthornOptions) {
    this.#base = baseOf(options.url);
    this.#headers = headersOf(options);
    const sending = {
      retries: { ...DEFAULT_RETRIES, ...options.retries },
      timeoutMs: options.timeoutMs ?? 30_000,
      fetch: options.fetch ?? globalThis.fetch,
    };
    this.#send = async (request) => bounded(await sendWithRetries(request, sending));
    this.api = createClient<paths>({
      baseUrl: this.#base,
      headers: this.#headers,
      bodySerializer: jsonOf,
      // A key must not follow a redirect to somebody else.
      redirect: 'error',
      fetch: this.#send,
    });
    this.api.use({
      onRequest({ request, schemaPath }) {
        if (request.method === 'POST' && KEYED_POSTS.includes(schemaPath)) keyed(request);
        return request;
      },
    });
  }

  /** A route by its path, for those that the document does not describe yet. */
  async call(method: string, path: string, call: Call = {}): Promise<unknown> {
    const url = new URL(this.#base + path);
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const hasBody = call.body !== undefined;
    const request = new Request(url, {
      method,
      redirect: 'error',
      headers: {
        ...this.#headers,
        ...(hasBody && { 'content-type': 'application/json' }),
        ...call.headers,
      },
      ...(hasBody && { body: jsonOf(call.body) }),
      ...(call.signal && { signal: call.signal }),
    });
    if (method === 'POST' && KEYED_POSTS.includes(path)) keyed(request);
    return answerOf(
      (async () => {
        const response = await this.#send(request);
        const content = parsed(await response.text());
        return response.ok ? { data: content, response } : { error: content, response };
      })(),
    );
  }
}

const etags = new WeakMap<object, string>();

/** The version of what a method of the client answered: what is given as `ifMatch` to change this version only. */
export function etagOf(answer: object): string | undefined {
  return etags.get(answer);
}

export const ifMatching = (ifMatch: string | undefined) =>
  ifMatch === undefined ? {} : { 'If-Match': ifMatch };

/** What the service answered. @throws PosthornError */
export async function answerOf<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  try {
    const { data, error, response } = await call;
    if (!response.ok) throw apiErrorOf(response, error, retryAfterMs(response));
    const etag = response.headers.get('etag');
    if (etag !== null && typeof data === 'object' && data !== null) etags.set(data, etag);
    // What is ok has what the document says of it; without a body that is undefined.
    return data as T;
  } catch (error) {
    if (error instanceof PosthornError || isAbort(error)) throw error;
    // The answer broke off while it was read, or is not what it says to be.
    throw new ConnectionError(error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function keyed({ headers }: Request): void {
  if (!headers.has('idempotency-key')) headers.set('idempotency-key', randomUUID());
}

function baseOf(url: string): string {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw new TypeError(`${url}: must be an http:// or https:// address`);
  }
  return url.replace(/\/+$/, '');
}

function headersOf(options: PosthornOptions): Record<string, string> {
  const { key, tenant, environment, userAgent } = options;
  const own = `posthorn-client/${VERSION}`;
  for (const [name, value] of Object.entries({ key, tenant, userAgent })) {
    // Said here, without the value: fetch would show a key in its fault.
    if (value !== undefined && !/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value)) {
      throw new TypeError(`${name}: must be printable ASCII`);
    }
  }
  return {
    accept: 'application/json',
    'user-agent': userAgent === undefined ? own : `${userAgent} ${own}`,
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
    ...(tenant !== undefined && { 'posthorn-tenant': tenant }),
    ...(environment !== undefined && { 'posthorn-environment': environment }),
  };
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
