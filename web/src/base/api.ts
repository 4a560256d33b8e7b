// Requests to the API on this page's own origin. What comes back is kept as text beside its value, since parsing
// would change numbers such as 1e400.
import { Fault, kindOf } from './faults.ts';
import type { Problem } from './models.ts';
import type { Scope } from './router.ts';
import { token } from './session.ts';

const TIMEOUT_MS = 30_000;

export interface Answer<T> {
  readonly value: T;
  readonly text: string;
  readonly etag: string | null;
  readonly status: number;
}

type Query = Readonly<Record<string, string | number | undefined>>;

export interface Request {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly query?: Query;
  readonly body?: unknown;
  /** JSON that is sent as it is. */
  readonly bodyText?: string;
  readonly ifMatch?: string | null | undefined;
  readonly signal?: AbortSignal;
  readonly accept?: string;
}

/** How a session that ended goes on: true once there is another token. */
type Renewal = () => Promise<boolean>;

let renewal: Renewal = async () => false;
export function onExpired(renew: Renewal): void {
  renewal = renew;
}

let isOperator = false;
/** Only the operator's requests name a tenant and an environment. */
export function asOperator(operator: boolean): void {
  isOperator = operator;
}

/** A path whose parts are encoded: path`/v1/endpoints/${id}`. */
export function path(texts: TemplateStringsArray, ...parts: readonly string[]): string {
  return texts.reduce((all, text, at) => `${all}${encodeURIComponent(parts[at - 1] ?? '')}${text}`);
}

export class Api {
  readonly scope: Scope;
  readonly #given: string | undefined;

  /** @param given in the place of this tab's token: such a session is not renewed */
  constructor(scope: Scope, given?: string) {
    this.scope = scope;
    this.#given = given;
  }

  async get<T>(address: string, query?: Query, signal?: AbortSignal): Promise<T> {
    return (await this.request<T>(address, { ...(query && { query }), ...(signal && { signal }) }))
      .value;
  }

  async post<T>(address: string, body: unknown = {}): Promise<T> {
    return (await this.request<T>(address, { method: 'POST', body })).value;
  }

  async request<T>(address: string, request: Request = {}): Promise<Answer<T>> {
    for (let isRenewed = false; ; isRenewed = true) {
      const response = await this.#fetch(address, request);
      const text = await response.text();
      if (response.status === 401 && !isRenewed && !this.#given && (await renewal())) continue;
      if (!response.ok) throw faultOf(response, text);
      const isJson = response.headers.get('content-type')?.includes('json');
      const value = (isJson && text !== '' ? JSON.parse(text) : undefined) as T;
      return { value, text, etag: response.headers.get('etag'), status: response.status };
    }
  }

  async #fetch(address: string, request: Request): Promise<Response> {
    const { method = 'GET', query = {}, body, bodyText, ifMatch, signal, accept } = request;
    const url = new URL(address, location.origin);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== '') url.searchParams.set(name, String(value));
    }
    const headers = new Headers({ Authorization: `Bearer ${this.#given ?? token() ?? ''}` });
    if (isOperator && this.scope.tenant !== undefined) {
      headers.set('Posthorn-Tenant', this.scope.tenant);
      headers.set('Posthorn-Environment', this.scope.environment);
    }
    if (accept !== undefined) headers.set('Accept', accept);
    if (ifMatch) headers.set('If-Match', ifMatch);
    const sent = bodyText ?? (body === undefined ? undefined : JSON.stringify(body));
    if (sent !== undefined) headers.set('Content-Type', 'application/json');
    const signals = [AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])];
    try {
      return await fetch(url, {
        method,
        headers,
        signal: AbortSignal.any(signals),
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        cache: 'no-store',
        ...(sent !== undefined && { body: sent }),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      const isLate = error instanceof DOMException && error.name === 'TimeoutError';
      throw isLate
        ? new Fault(
            'failed',
            `There was no answer within ${TIMEOUT_MS / 1000} s. Deliveries are not affected.`,
          )
        : new Fault(
            'offline',
            'The API cannot be reached from this browser. Deliveries are not affected.',
          );
    }
  }
}

function faultOf(response: Response, text: string): Fault {
  let problem: Partial<Problem> = {};
  try {
    problem = JSON.parse(text) as Problem;
  } catch {
    // API Gateway's own answers, and proxies', need not be JSON.
  }
  const requestId = problem.requestId ?? response.headers.get('apigw-requestid') ?? undefined;
  const detail = problem.detail ?? `The API answered ${response.status}.`;
  return new Fault(kindOf(response.status), detail, {
    ...problem,
    ...(requestId && { requestId }),
  });
}
