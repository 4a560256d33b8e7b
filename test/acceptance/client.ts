// The API as the acceptance tests use it: as a stranger would, over HTTP, with nothing of ours inside.
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Target } from './target.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body; tests name what they expect of it. */
  readonly body: Body;
}

/** Everything that any of the answers may hold. */
export interface Body {
  readonly id: string;
  readonly key: string;
  readonly token: string;
  readonly secret: string;
  readonly state?: string;
  readonly next?: string | null;
  readonly endpoint?: string;
  readonly duplicate: boolean;
  readonly lastUsedAt: string | null;
  readonly status: number | string;
  readonly title: string;
  readonly detail: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  readonly results: readonly (Body & { readonly error?: Body })[];
  readonly data: readonly Body[];
  readonly deliveries: readonly Body[];
  readonly nextAttemptAt?: string | null;
  readonly attempts: readonly {
    readonly number: number;
    readonly cause: string;
    readonly at: string;
    readonly outcome: string;
  }[];
}

export interface Sending {
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes are sent as they are, everything else as JSON. */
  readonly body?: unknown;
}

export async function call(
  target: Pick<Target, 'url'>,
  method: string,
  path: string,
  { key, headers = {}, body }: Sending = {},
): Promise<Answer> {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(`${target.url}${path}`, {
    method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? {} : JSON.parse(text),
  };
}

/** A tenant with a key of its own, and what it does most. */
export interface TestTenant {
  readonly id: string;
  readonly key: string;
  call(method: string, path: string, sending?: Sending): Promise<Answer>;
  /** An endpoint, with its secret. */
  endpoint(
    url: string,
    more?: Readonly<Record<string, unknown>>,
  ): Promise<{ id: string; secret: string }>;
  /** Posts an event that must be accepted, and gives its id. */
  event(body: unknown, headers?: Readonly<Record<string, string>>): Promise<string>;
}

export async function newTenant(
  target: Target,
  environment: 'live' | 'test' = 'live',
  id = `t-${randomUUID()}`,
): Promise<TestTenant> {
  const asOperator = { key: target.operatorKey };
  const put = await call(target, 'PUT', `/v1/tenants/${id}`, { ...asOperator, body: { name: id } });
  expectStatus(put, put.status === 200 ? 200 : 201);
  const made = await call(target, 'POST', '/v1/keys', {
    ...asOperator,
    headers: { 'posthorn-tenant': id, 'posthorn-environment': environment },
    body: {},
  });
  expectStatus(made, 201);
  const key = made.body.key;
  const asTenant = (method: string, path: string, sending: Sending = {}) =>
    call(target, method, path, { key, ...sending });
  return {
    id,
    key,
    call: asTenant,
    async endpoint(url, more = {}) {
      const created = await asTenant('POST', '/v1/endpoints', { body: { url, ...more } });
      expectStatus(created, 201);
      const shown = await asTenant('GET', `/v1/endpoints/${created.body.id}/secret`);
      expectStatus(shown, 200);
      return { id: created.body.id, secret: shown.body.secret };
    },
    async event(body, headers = {}) {
      const accepted = await asTenant('POST', '/v1/events', { body, headers });
      expectStatus(accepted, 202);
      return accepted.body.id;
    },
  };
}

export function expectStatus(answer: Answer, status: number): void {
  if (answer.status === status) return;
  throw new Error(`${answer.status}, not ${status}: ${JSON.stringify(answer.body)}`);
}

/** Problem details (RFC 9457) with faults at these places. */
export function expectProblem(answer: Answer, status: number, paths: readonly string[]): void {
  const { body, headers } = answer;
  expect({ status: answer.status, paths: body.errors?.map(({ path }) => path) ?? [] }).toEqual({
    status,
    paths,
  });
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(body).toMatchObject({ type: 'about:blank', status, title: expect.any(String) });
  expect(body.detail).toEqual(expect.any(String));
  for (const fault of body.errors ?? []) expect(fault.message).toMatch(/\S/);
}
