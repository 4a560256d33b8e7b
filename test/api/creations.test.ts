// What creates: how often with one idempotency key, and how many there may be.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiService, type Ask, startApiService } from '../builders/api-service.ts';
import { countCalls } from '../builders/broken-calls.ts';

const endpoint = { url: 'https://acme.io/webhooks' };

describe('Idempotency-Key', () => {
  let service: ApiService;
  beforeAll(async () => {
    service = await startApiService();
  });
  afterAll(() => service.stop());

  const create = (ask: Ask, path: string, body: unknown, key: string) =>
    ask('POST', path, body, { 'idempotency-key': key });
  const idsAt = async (ask: Ask, path: string): Promise<string[]> =>
    (await ask('GET', path)).json.data.map(({ id }: { id: string }) => id);

  it('makes an endpoint once, and shows it as it is now', async () => {
    const { acme } = service;
    const first = await create(acme, '/v1/endpoints', endpoint, 'a');
    const again = await create(acme, '/v1/endpoints', endpoint, 'a');
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.json).toEqual(first.json);
    await acme('PATCH', `/v1/endpoints/${first.json.id}`, { description: 'changed' });
    const later = await create(acme, '/v1/endpoints', endpoint, 'a');
    expect(later.json).toEqual({ ...first.json, description: 'changed' });
    expect(await idsAt(acme, '/v1/endpoints')).toEqual([first.json.id]);
  });

  it('makes an endpoint once when repeats come at the same time', async () => {
    const ask = await service.keyOf('busy', 'live');
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => create(ask, '/v1/endpoints', endpoint, 'b')),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    // The secret too: what is signed is what each caller was shown.
    expect(new Set(answers.map(({ json }) => `${json.id} ${json.secret} ${json.token}`)).size).toBe(
      1,
    );
    expect(await idsAt(ask, '/v1/endpoints')).toHaveLength(1);
  });

  it('is refused with another body, and does not meet other tenants, environments or kinds', async () => {
    const { acme, acmeTest, globex } = service;
    const first = await create(acme, '/v1/endpoints', endpoint, 'c');
    const other = await create(acme, '/v1/endpoints', { ...endpoint, description: 'x' }, 'c');
    expect(other.status).toBe(409);
    expect(other.json.errors[0].path).toBe('Idempotency-Key');
    for (const ask of [acmeTest, globex]) {
      const made = await create(ask, '/v1/endpoints', endpoint, 'c');
      expect(made.status).toBe(201);
      expect(made.json.id).not.toBe(first.json.id);
    }
    expect((await create(acme, '/v1/keys', { name: 'c' }, 'c')).status).toBe(201);
  });

  it.each<[string, string, object, object, string]>([
    [
      'endpoints',
      '/v1/endpoints',
      {
        url: 'https://acme.io/a',
        autoPause: { failures: 9, overSeconds: 90 },
        headers: { a: '1', b: '2' },
      },
      {
        headers: { b: '2', a: '1' },
        autoPause: { overSeconds: 90, failures: 9 },
        url: 'https://acme.io/a',
      },
      'id',
    ],
    [
      'filters',
      '/v1/endpoints',
      { url: 'https://acme.io/a', filter: { a: [1, { exists: true }], b: { c: [2], d: [3] } } },
      { filter: { b: { d: [3], c: [2] }, a: [1, { exists: true }] }, url: 'https://acme.io/a' },
      'id',
    ],
    [
      'templates',
      '/v1/templates',
      { name: 'ordered', settings: { timeoutMs: 5000, method: 'PUT' } },
      { settings: { method: 'PUT', timeoutMs: 5000 }, name: 'ordered' },
      'id',
    ],
    ['keys', '/v1/keys', { name: 'k', preset: 'reader' }, { preset: 'reader', name: 'k' }, 'id'],
  ])('takes members of %s in another order for the same body', async (of, path, one, other, id) => {
    const first = await create(service.acme, path, one, `order-${of}`);
    const again = await create(service.acme, path, other, `order-${of}`);
    expect([first.status, again.json[id]]).toEqual([201, first.json[id]]);
  });

  it('takes elements of a list in another order for another body', async () => {
    const types = ['a.b', 'c.d'];
    const asked = { ...endpoint, eventTypes: types };
    await create(service.acme, '/v1/endpoints', asked, 'list');
    const other = { ...endpoint, eventTypes: types.toReversed() };
    expect((await create(service.acme, '/v1/endpoints', other, 'list')).status).toBe(409);
  });

  it('does not bring back what was deleted', async () => {
    const { acme } = service;
    const { json } = await create(acme, '/v1/endpoints', endpoint, 'd');
    await acme('DELETE', `/v1/endpoints/${json.id}`);
    expect((await create(acme, '/v1/endpoints', endpoint, 'd')).status).toBe(409);
  });

  it('makes a key once, and shows it once', async () => {
    const { acme } = service;
    const first = await create(acme, '/v1/keys', { name: 'once' }, 'e');
    const again = await create(acme, '/v1/keys', { name: 'once' }, 'e');
    expect([first.status, again.status]).toEqual([201, 200]);
    const { key, ...shown } = first.json;
    expect(key).toMatch(/^ph_live_/);
    expect(again.json).toEqual(shown);
  });

  it('makes a key once when repeats come at the same time', async () => {
    const ask = await service.keyOf('keys', 'live');
    const before = (await idsAt(ask, '/v1/keys')).length;
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => create(ask, '/v1/keys', { name: 'k' }, 'f')),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const { status } of answers) expect([200, 201, 409]).toContain(status);
    expect(await idsAt(ask, '/v1/keys')).toHaveLength(before + 1);
  });

  it('makes a template once, whether repeats come later or at the same time', async () => {
    const ask = await service.keyOf('templates', 'live');
    const body = { name: 'once', settings: { filter: { risk: ['high'] }, timeoutMs: 4_000 } };
    const refused = await create(ask, '/v1/templates', { ...body, settings: { url: 'x' } }, 't');
    expect(refused.status).toBe(422);
    const first = await create(ask, '/v1/templates', body, 't');
    expect(first.status).toBe(201);
    const path = `/v1/templates/${first.json.id}`;
    await ask('PATCH', path, { settings: { timeoutMs: 5_000 } });
    const again = await create(ask, '/v1/templates', body, 't');
    expect([again.status, again.json.id]).toEqual([201, first.json.id]);
    expect(again.json.settings.timeoutMs).toBe(5_000);
    expect((await create(ask, '/v1/templates', { ...body, name: 'two' }, 't')).status).toBe(409);
    await ask('DELETE', path);
    expect((await create(ask, '/v1/templates', body, 't')).status).toBe(409);
  });

  it('makes one endpoint where its template changes while it is made', async () => {
    const ask = await service.keyOf('follower', 'live');
    const { json } = await ask('POST', '/v1/templates', { name: 'a', settings: {} });
    const body = { ...endpoint, template: json.id };
    service.beforeJoining.run = async () => {
      const filter = { risk: ['high'] };
      const changed = await ask('PATCH', `/v1/templates/${json.id}`, { settings: { filter } });
      expect(changed.status).toBe(200);
    };
    const first = await create(ask, '/v1/endpoints', body, 'u');
    expect([first.status, first.json.filter]).toEqual([201, { risk: ['high'] }]);
    const again = await create(ask, '/v1/endpoints', body, 'u');
    expect([again.status, again.json]).toEqual([201, first.json]);
    expect(await idsAt(ask, '/v1/endpoints')).toEqual([first.json.id]);
    // Fan-out goes by the filter that the template gives.
    const scope = { tenant: 'follower', environment: 'live' } as const;
    const subscribers = [...(await service.registry.subscribersOf([scope])).values()].flat();
    expect(subscribers).toMatchObject([{ id: first.json.id, filter: { risk: ['high'] } }]);
  });

  it('finds what was created, even if it would be refused by now', async () => {
    const ask = await service.keyOf('later', 'live');
    const template = await ask('POST', '/v1/templates', { name: 't', settings: {} });
    const since = new Date(service.clock.nowMs - 60_000).toISOString();
    const made = await create(ask, '/v1/endpoints', { ...endpoint, template: 't' }, 'one');
    const bodies: [string, object][] = [
      ['/v1/endpoints', { ...endpoint, template: 't' }],
      ['/v1/templates', { name: 'u', settings: {} }],
      ['/v1/replays', { endpoint: made.json.id, since }],
    ];
    const ids = [];
    for (const [path, body] of bodies) ids.push((await create(ask, path, body, 'one')).json.id);
    await ask('PATCH', `/v1/templates/${template.json.id}`, { name: 'renamed' });
    await ask('POST', '/v1/templates', { name: 'v', settings: {} });
    for (const [at, [path, body]] of bodies.entries()) {
      if (path === '/v1/replays') await ask('DELETE', `/v1/endpoints/${made.json.id}`);
      const again = await create(ask, path, body, 'one');
      expect({ path, id: again.json.id, isMade: again.status < 300 }).toEqual({
        path,
        id: ids[at],
        isMade: true,
      });
    }
  });

  it('starts another replay for no other subject', async () => {
    const { acme } = service;
    const { json } = await acme('POST', '/v1/endpoints', endpoint);
    const since = new Date(service.clock.nowMs - 60_000).toISOString();
    const path = `/v1/endpoints/${json.id}/recover`;
    const first = await create(acme, path, { since, subject: 's-1' }, 'v');
    const again = await create(acme, path, { since, subject: 's-1' }, 'v');
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(again.json.id).toBe(first.json.id);
    expect((await create(acme, path, { since, subject: 's-2' }, 'v')).status).toBe(409);
    expect((await create(acme, path, { since }, 'v')).status).toBe(409);
  });

  it('rotates a signing key once', async () => {
    const { operator } = service;
    const [{ id }] = (await operator('GET', '/v1/signing-keys')).json.data;
    const rotate = () => create(operator, `/v1/signing-keys/${id}/rotate`, {}, 'g');
    const first = await rotate();
    expect(first.status).toBe(201);
    expect(await rotate()).toMatchObject({ status: 201, json: { id: first.json.id } });
  });

  it.each(['', 'x'.repeat(256)])('is refused as %j', async (key) => {
    const { status } = await create(service.acme, '/v1/endpoints', endpoint, key);
    expect(status).toBe(422);
  });
});

describe('the number of', () => {
  let service: ApiService;
  beforeAll(async () => {
    service = await startApiService({ endpointsPerTenant: 3, keysPerTenant: 4, eventTypes: 2 });
  });
  afterAll(() => service.stop());

  it('endpoints is limited in each tenant and environment, and a deletion makes room', async () => {
    const { acme, acmeTest } = service;
    const made = [];
    for (let n = 0; n < 3; n++) made.push((await acme('POST', '/v1/endpoints', endpoint)).json.id);
    const refused = await acme('POST', '/v1/endpoints', endpoint);
    expect(refused.status).toBe(409);
    expect(refused.json.detail).toContain('3 endpoints');
    expect((await acmeTest('POST', '/v1/endpoints', endpoint)).status).toBe(201);
    await acme('DELETE', `/v1/endpoints/${made[0]}`);
    expect((await acme('POST', '/v1/endpoints', endpoint)).status).toBe(201);
    expect((await acme('POST', '/v1/endpoints', endpoint)).status).toBe(409);
  });

  it('endpoints holds under creations at the same time', async () => {
    const ask = await service.keyOf('crowd', 'live');
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => ask('POST', '/v1/endpoints', endpoint)),
    );
    const made = answers.filter(({ status }) => status === 201).length;
    expect(made).toBe((await ask('GET', '/v1/endpoints')).json.data.length);
    expect(made).toBeGreaterThanOrEqual(3);
    expect((await ask('POST', '/v1/endpoints', endpoint)).status).toBe(409);
  });

  it('endpoints is limited where many are made at once: each that finds no place is refused', async () => {
    const ask = await service.keyOf('bulk', 'live');
    const endpoints = Array.from({ length: 5 }, () => endpoint);
    const { status, json } = await ask('POST', '/v1/endpoints/bulk', { endpoints });
    expect(status).toBe(200);
    const made = json.results.filter((one: object) => 'endpoint' in one);
    const refused = json.results.filter((one: object) => 'error' in one);
    expect(made).toHaveLength((await ask('GET', '/v1/endpoints')).json.data.length);
    expect(made.length + refused.length).toBe(5);
    for (const { error } of refused) expect(error.status).toBe(409);
    expect((await ask('POST', '/v1/endpoints', endpoint)).status).toBe(409);
  });

  it('keys is limited, and a revocation makes room', async () => {
    const ask = await service.keyOf('locks', 'live');
    const made = [];
    for (let n = 0; n < 3; n++) made.push((await ask('POST', '/v1/keys', {})).json.id);
    expect((await ask('POST', '/v1/keys', {})).status).toBe(409);
    await ask('DELETE', `/v1/keys/${made[0]}`);
    expect((await ask('POST', '/v1/keys', {})).status).toBe(201);
  });

  it('event types is limited, but not changes of those there are', async () => {
    const put = (name: string) => service.operator('PUT', `/v1/event-types/${name}`, {});
    expect([(await put('a')).status, (await put('b')).status]).toEqual([201, 201]);
    expect((await put('c')).status).toBe(409);
    expect((await put('a')).status).toBe(200);
  });

  it('keys holds where one was revoked several times at once, and none counts that has expired', async () => {
    const ask = await service.keyOf('many', 'live');
    const make = (input = {}) => ask('POST', '/v1/keys', input);
    const expiresAt = new Date(service.clock.nowMs + 1_000).toISOString();
    const made = [await make(), await make({ expiresAt }), await make()];
    service.clock.nowMs += 2_000;
    const path = `/v1/keys/${made[0]?.json.id}`;
    await Promise.all(Array.from({ length: 10 }, () => ask('DELETE', path)));
    const statuses = [];
    for (let asked = 0; asked < 4; asked++) statuses.push((await make()).status);
    expect(statuses).toEqual([201, 201, 409, 409]);
  });

  it('event types holds where one was deleted several times at once', async () => {
    const ask = (method: string, name: string, body?: object) =>
      service.operator(method, `/v1/event-types/${name}`, body);
    await Promise.all(Array.from({ length: 10 }, () => ask('DELETE', 'a')));
    const statuses = [];
    for (const name of ['d', 'e', 'f']) statuses.push((await ask('PUT', name, {})).status);
    expect(statuses).toEqual([201, 409, 409]);
  });

  it('endpoints is known from one count, however many are made in a request', async () => {
    const ask = await service.keyOf('once', 'live');
    const queries = countCalls(service.client, 'QueryCommand');
    const endpoints = Array.from({ length: 5 }, () => endpoint);
    const { json } = await ask('POST', '/v1/endpoints/bulk', { endpoints });
    const made = json.results.filter((one: object) => 'endpoint' in one);
    expect({ made: made.length, queries: queries() }).toEqual({ made: 3, queries: 1 });
  });
});
