// Sessions: they can do no more than their maker, end no later, and are gone with it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONSOLE_SCOPE, SESSION_SCOPES } from '../../../lambdas/core/sessions/session.ts';
import {
  type ApiService,
  type Ask,
  PORTAL_ORIGIN,
  startApiService,
} from '../../builders/api-service.ts';

/** Longer than a session is remembered by authentication. */
const FORGOTTEN_MS = 3_001;
const HOUR_MS = 3_600_000;

let service: ApiService;
beforeEach(async () => {
  service = await startApiService();
  service.addActions();
});
afterEach(() => service?.stop());

const forAcme: Ask = (method, path, body, headers = {}) =>
  service.operator(method, path, body, { 'posthorn-tenant': 'acme', ...headers });

async function open(by: Ask, path: string, body: object = {}) {
  const { status, json } = await by('POST', path, body);
  expect({ status, json }).toMatchObject({ status: 201 });
  const ask = service.askWith(json.token);
  const status_ = async () => (await ask('GET', '/v1/keys/current')).status;
  return { ...json, ask, status: status_ };
}
const portal = (by: Ask, body: object = {}) => open(by, '/v1/portal-sessions', body);
const consoleOf = (body: object = {}, by: Ask = service.operator) =>
  open(by, '/v1/console-sessions', body);
const atMs = (time: string): number => Date.parse(time) - service.clock.nowMs;

describe('a portal session', () => {
  it('reads for an hour, and no more, unless said', async () => {
    const session = await portal(forAcme);
    expect(session).toMatchObject({
      tenant: 'acme',
      environment: 'live',
      scopes: ['events:read', 'endpoints:read', 'deliveries:read'],
      endpoints: null,
      embedOrigin: null,
      madeBy: null,
    });
    expect(atMs(session.expiresAt)).toBe(HOUR_MS);
    expect((await session.ask('GET', '/v1/endpoints')).status).toBe(200);
    const body = { url: 'https://acme.io/hook' };
    expect((await session.ask('POST', '/v1/endpoints', body)).status).toBe(403);
    service.clock.nowMs += HOUR_MS - 1;
    expect(await session.status()).toBe(200);
    service.clock.nowMs += 1;
    expect(await session.status()).toBe(401);
  });

  it.each([
    ['viewer', 3],
    ['developer', 5],
    ['owner', 7],
  ])('of the preset %s has its scopes', async (preset, count) => {
    const { scopes } = await portal(forAcme, { preset });
    expect(scopes).toHaveLength(count);
    expect(SESSION_SCOPES).toEqual(expect.arrayContaining(scopes));
  });

  it.each([
    [{ scopes: ['events:write'] }, '/scopes/0'],
    [{ scopes: ['events:redact'] }, '/scopes/0'],
    [{ scopes: ['keys:write'] }, '/scopes/0'],
    [{ scopes: ['portal:write'] }, '/scopes/0'],
    [{ scopes: ['events:read'], preset: 'viewer' }, ''],
    [{ expiresInSeconds: 299 }, '/expiresInSeconds'],
    [{ expiresInSeconds: 86_401 }, '/expiresInSeconds'],
    [{ embedOrigin: 'https://other.example.com' }, '/embedOrigin'],
    [{ embedOrigin: 'https://app.example.com/' }, '/embedOrigin'],
    [{ embedOrigin: '*' }, '/embedOrigin'],
    [{ endpoints: [] }, '/endpoints'],
    [{ endpoints: ['acme'] }, '/endpoints/0'],
  ])('is not made from %j', async (body, path) => {
    const { status, json } = await forAcme('POST', '/v1/portal-sessions', body);
    expect({ status, errors: json.errors }).toMatchObject({ status: 422, errors: [{ path }] });
  });

  it('opens its page by a link, whose token is in the fragment', async () => {
    const headers = { host: 'hooks.example.com', 'x-forwarded-proto': 'https' };
    const { json } = await forAcme('POST', '/v1/portal-sessions', {}, headers);
    expect(json.url).toBe(`https://hooks.example.com/portal#token=${json.token}`);
  });

  it('says who and what it is', async () => {
    const body = { actor: 'zoe', embedOrigin: PORTAL_ORIGIN };
    const { ask, token, url, status, ...shown } = await portal(forAcme, body);
    const { json } = await ask('GET', '/v1/keys/current');
    expect(json).toEqual({
      kind: 'tenant',
      tenant: 'acme',
      environment: 'live',
      scopes: shown.scopes,
      key: null,
      session: shown,
    });
  });

  it('has no more than the key that makes it', async () => {
    const key = await service.keyOf('acme', 'live', ['portal:write', 'events:read']);
    const refused = await key('POST', '/v1/portal-sessions', { preset: 'viewer' });
    expect(refused.status).toBe(403);
    expect(refused.json.detail).toContain('endpoints:read, deliveries:read');
    expect((await portal(key, { scopes: ['events:read'] })).scopes).toEqual(['events:read']);
    const without = await service.keyOf('acme', 'live', ['events:read']);
    expect((await without('POST', '/v1/portal-sessions', {})).status).toBe(403);
  });

  it('ends no later than the key that makes it', async () => {
    const expiresAt = new Date(service.clock.nowMs + 10 * 60_000).toISOString();
    const { json } = await forAcme('POST', '/v1/keys', { expiresAt });
    const session = await portal(service.askWith(json.key));
    expect([session.expiresAt, session.madeBy]).toEqual([expiresAt, json.id]);
  });

  it('is revoked with the key that made it, and with the key above that', async () => {
    const above = await forAcme('POST', '/v1/keys', {});
    const key = await service.askWith(above.json.key)('POST', '/v1/keys', {});
    const session = await portal(service.askWith(key.json.key));
    expect(await session.status()).toBe(200);
    await forAcme('DELETE', `/v1/keys/${above.json.id}`);
    service.clock.nowMs += FORGOTTEN_MS;
    expect(await session.status()).toBe(401);
  });

  it('ends with its tenant', async () => {
    const session = await portal(forAcme);
    await service.operator('DELETE', '/v1/tenants/acme');
    service.clock.nowMs += FORGOTTEN_MS;
    expect(await session.status()).toBe(401);
  });

  it('names no tenant and no other environment', async () => {
    const { ask } = await portal(forAcme);
    const asked = (headers: Record<string, string>) =>
      ask('GET', '/v1/endpoints', undefined, headers);
    expect((await asked({ 'posthorn-tenant': 'globex' })).status).toBe(403);
    expect((await asked({ 'posthorn-environment': 'test' })).status).toBe(403);
  });

  it('makes no session and no key, and posts no event', async () => {
    const { ask } = await portal(forAcme, { preset: 'owner' });
    const event = { type: 'a.b', data: {} };
    for (const [path, body] of [
      ['/v1/portal-sessions', {}],
      ['/v1/console-sessions', {}],
      ['/v1/keys', {}],
      ['/v1/events', event],
      ['/v1/events/batch', { events: [event] }],
    ] as const) {
      expect([path, (await ask('POST', path, body)).status]).toEqual([path, 403]);
    }
  });
});

describe('revoking', () => {
  it('ends one session within 3 seconds, and leaves the others', async () => {
    const [gone, stays] = [await portal(forAcme), await portal(forAcme)];
    expect(await gone.status()).toBe(200);
    const { status, json } = await forAcme('DELETE', `/v1/portal-sessions?id=${gone.id}`);
    expect([status, json]).toEqual([200, { revoked: 1, complete: true }]);
    service.clock.nowMs += FORGOTTEN_MS;
    expect([await gone.status(), await stays.status()]).toEqual([401, 200]);
    const again = await forAcme('DELETE', `/v1/portal-sessions?id=${gone.id}`);
    expect(again.status).toBe(404);
  });

  it('ends all of a tenant’s environment, over pages, and no others', async () => {
    const many = await Promise.all(Array.from({ length: 205 }, () => portal(forAcme)));
    const globex = await portal(service.globex);
    const inTest = await portal(service.acmeTest);
    const console_ = await consoleOf();
    const { json } = await service.acme('DELETE', '/v1/portal-sessions');
    expect(json).toEqual({ revoked: 205, complete: true });
    service.clock.nowMs += FORGOTTEN_MS;
    expect(await many[0]?.status()).toBe(401);
    expect(await many[204]?.status()).toBe(401);
    for (const one of [globex, inTest, console_]) expect(await one.status()).toBe(200);
  });

  it('finds no session of another tenant, and refuses a query that it does not know', async () => {
    const { id, status } = await portal(service.globex);
    expect((await forAcme('DELETE', `/v1/portal-sessions?id=${id}`)).status).toBe(404);
    expect((await forAcme('DELETE', `/v1/portal-sessions?ids=${id}`)).status).toBe(422);
    service.clock.nowMs += FORGOTTEN_MS;
    expect(await status()).toBe(200);
  });

  it('is what a person does who signs out', async () => {
    const session = await portal(forAcme);
    expect((await session.ask('DELETE', '/v1/sessions/current')).status).toBe(204);
    service.clock.nowMs += FORGOTTEN_MS;
    expect(await session.status()).toBe(401);
    expect((await service.acme('DELETE', '/v1/sessions/current')).status).toBe(409);
  });
});

describe('a token', () => {
  it('is not kept, and opens nothing when a character of it is another', async () => {
    const { token, ask } = await portal(forAcme);
    const stored = JSON.stringify(
      await service.sessions.listSessions({ tenant: 'acme', environment: 'live' }, 100),
    );
    expect(stored).not.toContain(token.split('.').at(-1));
    expect((await ask('GET', '/v1/keys/current')).status).toBe(200);
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === 'a' ? 'b' : 'a';
      const changed = token.slice(0, at) + other + token.slice(at + 1);
      const { status } = await service.askWith(changed)('GET', '/v1/keys/current');
      expect([at, status]).toEqual([at, 401]);
    }
  });
});

describe('a list of sessions', () => {
  it('has those that have not ended, of this tenant and environment', async () => {
    const short = await portal(forAcme, { expiresInSeconds: 300, actor: 'sam' });
    service.clock.nowMs += 1;
    const long = await portal(forAcme);
    await portal(service.globex);
    await consoleOf();
    const ids = async () => {
      const { json } = await service.acme('GET', '/v1/portal-sessions');
      return json.data.map(({ id }: { id: string }) => id);
    };
    expect(await ids()).toEqual([short.id, long.id]);
    service.clock.nowMs += 299_999;
    expect(await ids()).toEqual([long.id]);
  });
});

describe('a console session', () => {
  it('acts as the operator for 8 hours', async () => {
    const session = await consoleOf({ actor: 'sam' });
    expect(session).toMatchObject({ role: 'admin', actor: 'sam', madeBy: null });
    expect(atMs(session.expiresAt)).toBe(8 * HOUR_MS);
    const { json } = await session.ask('GET', '/v1/keys/current');
    expect(json).toMatchObject({ kind: 'operator', tenant: null, session: { role: 'admin' } });
    const acme = { 'posthorn-tenant': 'acme' };
    expect((await session.ask('GET', '/v1/tenants')).status).toBe(200);
    const event = { type: 'a.b', data: {} };
    expect((await session.ask('POST', '/v1/events', event, acme)).status).toBe(202);
    expect(service.sentEvents[0]?.event).toMatchObject({ tenant: 'acme', postedBy: 'operator' });
  });

  it('is listed with who, as what and from where, for the operator and admins only', async () => {
    const from = { requestContext: { http: { sourceIp: '198.51.100.7' } } };
    const made = await service.app.request(
      '/v1/console-sessions',
      { method: 'POST', headers: { authorization: `Bearer ${service.operatorKey.value}` } },
      from,
    );
    const { id } = (await made.json()) as { id: string };
    const next: typeof consoleOf = (body) => {
      service.clock.nowMs += 1;
      return consoleOf(body);
    };
    const admin = await next({ actor: 'ada' });
    const support = await next({ role: 'support' });
    const viewer = await next({ role: 'viewer' });
    const { status, json } = await admin.ask('GET', '/v1/console-sessions');
    expect({ status, data: json.data }).toMatchObject({
      status: 200,
      data: [
        { id, actor: null, role: 'admin', signIn: 'key', from: '198.51.100.7' },
        { id: admin.id, actor: 'ada', role: 'admin', signIn: 'key', from: null },
        { id: support.id, role: 'support' },
        { id: viewer.id, role: 'viewer' },
      ],
    });
    for (const { ask } of [support, viewer]) {
      expect((await ask('GET', '/v1/console-sessions')).status).toBe(403);
      expect((await ask('DELETE', `/v1/console-sessions?id=${id}`)).status).toBe(403);
    }
    expect((await admin.ask('DELETE', `/v1/console-sessions?id=${viewer.id}`)).status).toBe(200);
    service.clock.nowMs += FORGOTTEN_MS;
    expect([await viewer.status(), await support.status()]).toEqual([401, 200]);
  });

  it('is not for a tenant’s key, nor for a tenant of any name', async () => {
    expect((await service.acme('POST', '/v1/console-sessions', {})).status).toBe(403);
    expect((await service.acme('GET', '/v1/console-sessions')).status).toBe(403);
    const named = await service.operator('PUT', `/v1/tenants/${CONSOLE_SCOPE.tenant}`, {
      name: 'a',
    });
    expect(named.status).toBe(422);
  });

  it('makes no other: what it makes can be used, or is refused', async () => {
    const session = await consoleOf();
    const refused = await session.ask('POST', '/v1/console-sessions', {});
    expect([refused.status, refused.json.detail]).toEqual([403, expect.stringContaining('key')]);
  });

  it('ends when the operator’s key is another', async () => {
    const session = await consoleOf();
    const above = await portal(
      (method, path, body) => session.ask(method, path, body, { 'posthorn-tenant': 'acme' }),
      {},
    );
    expect([await session.status(), await above.status()]).toEqual([200, 200]);
    service.operatorKey.value = 'n'.repeat(40);
    expect([await session.status(), await above.status()]).toEqual([401, 401]);
  });

  it('ends the portal sessions that it made, and they end no later', async () => {
    const session = await consoleOf({ expiresInSeconds: 600 });
    const asked: Ask = (method, path, body) =>
      session.ask(method, path, body, { 'posthorn-tenant': 'acme' });
    const inside = await portal(asked, { expiresInSeconds: 3_600 });
    expect([inside.expiresAt, inside.madeBy]).toEqual([session.expiresAt, session.id]);
    await service.operator('DELETE', `/v1/console-sessions?id=${session.id}`);
    service.clock.nowMs += FORGOTTEN_MS;
    expect([await session.status(), await inside.status()]).toEqual([401, 401]);
  });
});

describe('a role', () => {
  const asRole = async (role: string): Promise<Ask> => {
    const { ask } = await consoleOf({ role });
    return (method, path, body) => ask(method, path, body, { 'posthorn-tenant': 'acme' });
  };

  it.each([
    ['viewer', 200, 403, 403, 403],
    ['support', 200, 200, 403, 403],
    ['admin', 200, 200, 200, 201],
  ])(
    '%s reads, repairs, reads secrets and changes as the table says',
    async (role, ...statuses) => {
      const endpoint = await forAcme('POST', '/v1/endpoints', { url: 'https://acme.io/hook' });
      const path = `/v1/endpoints/${endpoint.json.id}`;
      const ask = await asRole(role);
      const answers = [
        await ask('GET', path),
        await ask('POST', `${path}/pause`),
        await ask('GET', `${path}/secret`),
        await ask('POST', '/v1/endpoints', { url: 'https://acme.io/second' }),
      ];
      expect(answers.map(({ status }) => status)).toEqual(statuses);
      const event = await ask('POST', '/v1/events', { type: 'a.b', data: {} });
      expect(event.status).toBe(role === 'admin' ? 202 : 403);
    },
  );

  it('of support opens the portal with no more than it has', async () => {
    const support = await asRole('support');
    expect((await support('POST', '/v1/portal-sessions', { preset: 'viewer' })).status).toBe(201);
    expect((await support('POST', '/v1/portal-sessions', { preset: 'developer' })).status).toBe(
      403,
    );
    const viewer = await asRole('viewer');
    expect((await viewer('POST', '/v1/portal-sessions', {})).status).toBe(403);
  });
});
