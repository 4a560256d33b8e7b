// What the client asks, and what it makes of the answers: headers, bodies as bytes, listings, errors.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AuthenticationError,
  ConflictError,
  etagOf,
  InvalidRequestError,
  JsonText,
  NotFoundError,
  PermissionError,
  Posthorn,
  PreconditionFailedError,
} from '../../client/src/index.ts';
import { openApiDocument } from '../../scripts/openapi/document.ts';
import { parametersIn } from '../builders/openapi-parameters.ts';
import { type FakeService, problem, startFakeService } from './fake-service.ts';

let service: FakeService;
let posthorn: Posthorn;

beforeEach(async () => {
  service = await startFakeService();
  posthorn = new Posthorn({ url: `${service.url}/`, key: 'k-1', retries: { maxRetries: 0 } });
});
afterEach(() => service.close());

describe('a request', () => {
  it('carries the key, and the tenant and environment of an operator’s', async () => {
    await posthorn.forTenant('acme', 'test').endpoints.get('ep_1');
    const [asked] = service.asked;
    expect(asked).toMatchObject({
      method: 'GET',
      path: '/v1/endpoints/ep_1',
      headers: {
        authorization: 'Bearer k-1',
        'posthorn-tenant': 'acme',
        'posthorn-environment': 'test',
        'user-agent': 'posthorn-client/0.1.0',
      },
    });
  });

  it('names no tenant by itself', async () => {
    await posthorn.endpoints.get('ep_1');
    expect(service.asked[0]?.headers).not.toHaveProperty('posthorn-tenant');
    expect(service.asked[0]?.headers).not.toHaveProperty('posthorn-environment');
  });

  it('does not take its key to where it is redirected', async () => {
    service.answer = () => ({ status: 307, headers: { location: `${service.url}/elsewhere` } });
    await expect(posthorn.endpoints.get('ep_1')).rejects.toThrow();
    expect(service.asked).toHaveLength(1);
  });

  it('keeps an id in its segment of the path', async () => {
    await posthorn.endpoints.get('../keys?x=1');
    expect(service.asked[0]?.path).toBe('/v1/endpoints/..%2Fkeys%3Fx%3D1');
  });

  it.each([
    ['a key', { key: 'k\n2' }],
    ['a tenant', { tenant: 'Zoë' }],
  ])('is refused before it is made with %s that no header can hold', (_, wrong) => {
    expect(() => new Posthorn({ url: service.url, ...wrong })).toThrow(/must be printable ASCII$/);
  });

  it('sends JsonText byte for byte, in events and in batches', async () => {
    const data = new JsonText('{"amount":1.00, "n":12345678901234567890,"e":"\\u00e9"}');
    service.answer = () => ({ status: 202, body: { id: 'evt_1', results: [] } });
    await posthorn.events.send({ type: 'a', data, subject: 's' });
    await posthorn.events.sendBatch([{ type: 'a', data, idempotencyKey: 'k' }]);
    const [single, batch] = service.asked.map(({ body }) => body);
    expect(single).toBe(`{"type":"a","data":${data.text},"subject":"s"}`);
    expect(batch).toBe(`{"events":[{"idempotencyKey":"k","type":"a","data":${data.text}}]}`);
  });

  it('sends everything else as JSON.stringify writes it', async () => {
    const data = {
      nothing: undefined,
      none: null,
      list: [1, undefined, 'a"b'],
      at: new Date(0),
      deep: { 'ü\u2028': [true, { x: 1e21 }] },
    };
    await posthorn.events.send({ type: 'a', data });
    expect(service.asked[0]?.body).toBe(JSON.stringify({ type: 'a', data }));
  });
});

describe('a listing', () => {
  const pages = [
    { data: [{ id: 'a' }, { id: 'b' }], next: 'c1' },
    { data: [], next: 'c2' },
    { data: [{ id: 'c' }], next: null },
  ];
  beforeEach(() => {
    service.answer = ({ query }) => {
      const cursor = query.get('cursor');
      return { status: 200, body: pages[cursor === null ? 0 : Number(cursor.slice(1))] };
    };
  });

  it('goes over all pages, also over empty ones, with the same query', async () => {
    const ids: string[] = [];
    for await (const { id } of posthorn.deliveries.list({ endpoint: 'ep_1', limit: 2 }))
      ids.push(id);
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(service.asked.map(({ query }) => query.toString())).toEqual([
      'endpoint=ep_1&limit=2',
      'endpoint=ep_1&limit=2&cursor=c1',
      'endpoint=ep_1&limit=2&cursor=c2',
    ]);
  });

  it('asks for no page that is not read', async () => {
    expect(await posthorn.endpoints.list().toArray(2)).toHaveLength(2);
    expect(service.asked).toHaveLength(1);
  });

  it('gives pages with their cursors, and goes on after one', async () => {
    const cursors: (string | undefined)[] = [];
    for await (const { next } of posthorn.events.list().pages('c1')) cursors.push(next);
    expect(cursors).toEqual(['c2', undefined]);
  });

  it('can be read twice', async () => {
    const listing = posthorn.keys.list();
    expect(await listing.toArray()).toEqual(await listing.toArray());
  });
});

describe('a tail of deliveries', () => {
  it('shows what comes and what moves on, oldest first, and nothing twice', async () => {
    const entry = (id: string, second: number, status: string, attempts: number) => ({
      id,
      status,
      run: 1,
      attempts: Array.from({ length: attempts }, () => ({})),
      acceptedAt: `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`,
    });
    const old = entry('old', 1, 'delivered', 1);
    const looks = [
      [old],
      [old],
      [old],
      [entry('b', 3, 'pending', 0), entry('a', 2, 'waiting', 1), old],
      [entry('b', 3, 'delivered', 1), entry('a', 2, 'waiting', 1), old],
      [entry('b', 3, 'delivered', 1), entry('a', 2, 'delivered', 2), old],
    ];
    service.answer = (_, nth) => ({ status: 200, body: { data: looks[nth - 1], next: null } });
    const seen: string[] = [];
    for await (const { id, status } of posthorn.deliveries.tail({ intervalMs: 1 })) {
      seen.push(`${id} ${status}`);
      if (seen.length === 4) break;
    }
    expect(seen).toEqual(['a waiting', 'b pending', 'b delivered', 'a delivered']);
  });

  it('ends when it is told to', async () => {
    service.answer = () => ({ status: 200, body: { data: [], next: null } });
    const stop = new AbortController();
    const tail = posthorn.deliveries.tail({ signal: stop.signal, intervalMs: 60_000 }).next();
    stop.abort();
    await expect(tail).rejects.toThrow(/abort/i);
  });
});

describe('an endpoint’s feed', () => {
  it('goes by next, and has the data as it was posted', async () => {
    const data = '{ "amount": 1.00, "text": "a\\"}],{b", "list": [ {"data": 1} ] }';
    service.answer = ({ query }) => {
      const events =
        query.get('after') === null
          ? `{"id":"evt_1","data":${data}, "x":[]},{"id":"evt_2","data":{}}`
          : '';
      const next = query.get('after') === null ? 'n1' : 'n2';
      return {
        status: 200,
        body: `{ "data": [${events}], "next": "${next}", "more": ${next === 'n1'} }`,
      };
    };
    const pages = [];
    for await (const page of posthorn.endpoints.feed('ep_1', { intervalMs: 1 })) {
      pages.push(page);
      if (pages.length === 3) break;
    }
    expect(pages.map(({ next }) => next)).toEqual(['n1', 'n2', 'n2']);
    expect(pages[0]?.events.map(({ dataText }) => dataText)).toEqual([data, '{}']);
    expect(service.asked.map(({ query }) => query.get('after'))).toEqual([null, 'n1', 'n2']);
  });
});

describe('a refusal', () => {
  it.each([
    [400, InvalidRequestError, 'invalid_request'],
    [401, AuthenticationError, 'authentication'],
    [403, PermissionError, 'permission'],
    [404, NotFoundError, 'not_found'],
    [409, ConflictError, 'conflict'],
    [412, PreconditionFailedError, 'precondition_failed'],
    [422, InvalidRequestError, 'invalid_request'],
  ])('of %s has a class and a code', async (status, ErrorClass, code) => {
    service.answer = () => problem(status);
    const error = await posthorn.tenants.get('acme').catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(ErrorClass);
    expect(error).toMatchObject({ code, status, name: ErrorClass.name, requestId: 'req-1' });
  });

  it('lists every fault by its path', async () => {
    const errors = [{ path: '/type', message: 'is missing' }];
    service.answer = () => problem(422, { errors });
    const error = await posthorn.events
      .send({ type: '', data: {} })
      .catch((fault: unknown) => fault);
    expect(error).toMatchObject({ problem: { errors } });
    expect(String(error)).toContain('/type is missing');
  });

  it('of a gateway, which has no problem document, has its words', async () => {
    service.answer = () => ({ status: 413, body: { message: 'Request Too Long' } });
    await expect(posthorn.keys.current()).rejects.toThrow('Request Too Long');
  });

  it('that is no JSON is a refusal all the same', async () => {
    service.answer = () => ({
      status: 502,
      headers: { 'content-type': 'text/html' },
      body: '<h1>Bad',
    });
    await expect(posthorn.keys.current()).rejects.toThrow('<h1>Bad');
  });

  it('of a route called by its path is the same', async () => {
    service.answer = () => problem(404);
    await expect(posthorn.deadLetters.list('events')).rejects.toThrow(NotFoundError);
    expect(service.asked[0]).toMatchObject({ method: 'GET', path: '/v1/dead-letters' });
  });
});

describe('ifMatch', () => {
  const CALLS: Readonly<Record<string, (client: Posthorn, tag?: string) => Promise<unknown>>> = {
    'PATCH /v1/endpoints/a': (one, tag) => one.endpoints.update('a', {}, tag),
    'DELETE /v1/endpoints/a': (one, tag) => one.endpoints.delete('a', tag),
    'POST /v1/endpoints/a/rotate-secret': (one, tag) => one.endpoints.rotateSecret('a', {}, tag),
    'PATCH /v1/templates/a': (one, tag) => one.templates.update('a', {}, tag),
    'DELETE /v1/templates/a': (one, tag) => one.templates.delete('a', tag),
    'PUT /v1/routing-rules': (one, tag) => one.routingRules.put([], tag),
    'PUT /v1/notices': (one, tag) => one.notices.put({}, tag),
    'PUT /v1/event-types/a': (one, tag) => one.eventTypes.put('a', {}, tag),
    'DELETE /v1/event-types/a': (one, tag) => one.eventTypes.delete('a', tag),
    'PUT /v1/tenants/a': (one, tag) => one.tenants.put('a', 'A', tag),
    'DELETE /v1/tenants/a': (one, tag) => one.tenants.delete('a', tag),
  };

  it('is taken by every call that the service has it for', () => {
    const document = openApiDocument();
    const taking = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations)
        .filter(([, operation]) =>
          parametersIn(document, operation).some(({ name }) => name === 'If-Match'),
        )
        .map(([method]) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/, 'a')}`),
    );
    expect(taking.toSorted()).toEqual(Object.keys(CALLS).toSorted());
  });

  it.each(Object.entries(CALLS))('is sent, or not: %s', async (asked, call) => {
    await call(posthorn);
    await call(posthorn, '"7"');
    expect(service.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([asked, asked]);
    expect(service.asked.map(({ headers }) => headers['if-match'])).toEqual([undefined, '"7"']);
  });

  it.each(Object.entries(CALLS))('is sent once, whatever becomes of it: %s', async (_, call) => {
    service.answer = () => 'hang up';
    const patient = new Posthorn({ url: service.url, key: 'k-1', retries: { firstDelayMs: 1 } });
    await expect(call(patient, '"7"')).rejects.toThrow();
    expect(service.asked).toHaveLength(1);
  });

  it('is what an answer had as its version', async () => {
    service.answer = () => ({ status: 200, headers: { etag: '"7"' }, body: { id: 'ep_1' } });
    expect(etagOf(await posthorn.endpoints.get('ep_1'))).toBe('"7"');
    service.answer = () => ({ status: 200, body: { id: 'ep_1' } });
    expect(etagOf(await posthorn.endpoints.get('ep_1'))).toBeUndefined();
  });
});
