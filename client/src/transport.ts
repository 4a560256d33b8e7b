// Requests to the service: address, key and tenant, keys against doing things twice, retries, and answers
// as values or thrown errors.
import { randomUUID } from 'node:crypto';
import createClient, { type Client } from 'openapi-fetch';
import { durationMs, headerText, oneOf, pathSegment } from './checked.ts';
import { apiErrorOf, ConnectionError, PosthornError } from './errors.ts';
import { elementTexts, jsonOf, memberText } from './json-text.ts';
import { operationOf } from './operation.ts';
import { type GivenRetries, retriesOf, retryAfterMs, sendWithRetries } from './retries.ts';
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
  readonly retries?: GivenRetries | undefined;
  /** For each try of a request, with its answer; 30,000 if it is not given. */
  readonly timeoutMs?: number | undefined;
  /** Put before the client's own in `User-Agent`. */
  readonly userAgent?: string | undefined;
  /** Instead of the global `fetch`. */
  readonly fetch?: ((request: Request, init?: RequestInit) => Promise<Response>) | undefined;
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
    const { fetch = globalThis.fetch } = options;
    if (typeof fetch !== 'function') throw new TypeError('fetch: must be a function');
    const timeoutMs = durationMs('timeoutMs', options.timeoutMs, 30_000, 1);
    const sending = { retries: retriesOf(options.retries), timeoutMs, fetch };
    const basePath = new URL(this.#base).pathname.replace(/\/$/, '');
    this.#send = async (request) => {
      const path = new URL(request.url).pathname.slice(basePath.length);
      const operation = operationOf(request.method, path);
      if (operation?.takesKey && !request.headers.has('idempotency-key')) {
        request.headers.set('idempotency-key', randomUUID());
      }
      const { response, text } = await sendWithRetries(request, sending, operation);
      texts.set(response, text);
      return response;
    };
    this.api = createClient<paths>({
      baseUrl: this.#base,
      headers: this.#headers,
      bodySerializer: jsonOf,
      pathSerializer: pathOf,
      // A key must not follow a redirect to somebody else.
      redirect: 'error',
      fetch: this.#send,
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
    return answerOf(
      (async () => {
        const response = await this.#send(request);
        const content = parsed(texts.get(response) ?? '');
        return response.ok ? { data: content, response } : { error: content, response };
      })(),
    );
  }
}

/** An empty id, or one of dots, would make it the path of another operation, such as the one that changes all endpoints. */
function pathOf(pathname: string, parameters: Readonly<Record<string, unknown>>): string {
  for (const [name, value] of Object.entries(parameters)) pathSegment(name, value);
  return pathname.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(`${parameters[name]}`));
}

const etags = new WeakMap<object, string>();

/** The version of what a method of the client answered: what is given as `ifMatch` to change this version only. */
export function etagOf(answer: object): string | undefined {
  return etags.get(answer);
}

/** The text of each answer, and then of what it was parsed to. */
const texts = new WeakMap<Response, string>();
const sources = new WeakMap<object, string>();

/**
 * The JSON of what a method of the client answered, or of an entry of a listing, as the service wrote it: parsed numbers
 * lose digits (`1.00`, `12345678901234567890`).
 */
export function sourceOf(answer: object): string | undefined {
  return sources.get(answer);
}

function keepSource(data: object, text: string): void {
  sources.set(data, text);
  if (!('data' in data && Array.isArray(data.data))) return;
  const entries = elementTexts(memberText(text, 'data') ?? '[]');
  data.data.forEach((entry, at) => {
    const source = entries[at];
    if (typeof entry === 'object' && entry !== null && source !== undefined)
      sources.set(entry, source);
  });
}

/** The same event, with the exact text of its `data` beside it. */
export function withDataText<T extends object>(event: T): T & { readonly dataText: string } {
  return Object.assign(event, { dataText: memberText(sourceOf(event) ?? '{}', 'data') ?? '{}' });
}

export const ifMatching = (ifMatch: string | undefined) =>
  ifMatch === undefined ? {} : { 'If-Match': headerText('ifMatch', String(ifMatch)) };
export const keyedBy = (key: string | undefined) =>
  key === undefined ? {} : { 'Idempotency-Key': headerText('idempotencyKey', String(key)) };

/** What the service answered. @throws PosthornError */
export async function answerOf<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  try {
    const { data, error, response } = await call;
    if (!response.ok) throw apiErrorOf(response, error, retryAfterMs(response));
    const etag = response.headers.get('etag');
    if (typeof data === 'object' && data !== null) {
      if (etag !== null) etags.set(data, etag);
      keepSource(data, texts.get(response) ?? '{}');
    }
    // It was checked against the document; without a body it is undefined.
    return data as T;
  } catch (error) {
    // A TypeError is the caller's: fetch's own have become ConnectionErrors before.
    if (error instanceof PosthornError || error instanceof TypeError || isAbort(error)) throw error;
    // The answer broke off while it was read, or is not what it says to be.
    throw new ConnectionError(error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function baseOf(url: string): string {
  if (typeof url !== 'string') throw new TypeError('url: is missing');
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url) || /[?#]/.test(url)) {
    throw new TypeError(`url: ${url} must be an http:// or https:// address`);
  }
  return url.replace(/\/+$/, '');
}

function headersOf(options: PosthornOptions): Record<string, string> {
  const { key, tenant, environment, userAgent } = options;
  const own = `posthorn-client/${VERSION}`;
  // Said here, without the value: fetch would show a key in its fault.
  for (const [name, value] of Object.entries({ key, tenant, userAgent })) {
    if (value !== undefined) headerText(name, value);
  }
  if (environment !== undefined) oneOf('environment', environment, ['live', 'test']);
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
