import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hourOf, KEY_SCOPES } from '../../../lambdas/core/keys/api-key.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';

let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service?.stop());

const HOUR_MS = 3_600_000;
const made = async (body: object = {}) => {
  const answer = await service.acme('POST', '/v1/keys', body);
  expect(answer.status).toBe(201);
  return answer.json;
};
const usedAt = async (id: string) =>
  (await service.acme('GET', `/v1/keys/${id}`)).json.lastUsedAt as string | null;

describe('the last use of a key', () => {
  it('is not there until it was used, and then the hour', async () => {
    const { id } = await made();
    expect(await usedAt(id)).toBeNull();
    const key = await service.registry.getKey({ tenant: 'acme', environment: 'live' }, id);
    expect(key).toBeDefined();
    if (!key) return;
    const hour = hourOf(service.clock.nowMs);
    await service.registry.noteKeyUse(key, hour);
    expect(await usedAt(id)).toBe(new Date(hour).toISOString());
    await service.registry.noteKeyUse(key, hour + HOUR_MS);
    await service.registry.noteKeyUse(key, hour);
    expect(await usedAt(id)).toBe(new Date(hour + HOUR_MS).toISOString());
    const { json } = await service.acme('GET', '/v1/keys');
    const listed = json.data.find((one: { id: string }) => one.id === id);
    expect(listed.lastUsedAt).toBe(new Date(hour + HOUR_MS).toISOString());
  });

  it('outlives the revocation', async () => {
    const { id } = await made();
    const key = await service.registry.getKey({ tenant: 'acme', environment: 'live' }, id);
    if (key) await service.registry.noteKeyUse(key, HOUR_MS);
    expect((await service.acme('DELETE', `/v1/keys/${id}`)).status).toBe(204);
    const { json } = await service.acme('GET', `/v1/keys/${id}`);
    expect(json).toMatchObject({ lastUsedAt: new Date(HOUR_MS).toISOString() });
    expect(json.revokedAt).toEqual(expect.any(String));
  });

  it('of a key that there is not makes none', async () => {
    const { id } = await made();
    const key = await service.registry.getKey({ tenant: 'acme', environment: 'live' }, id);
    expect(key).toBeDefined();
    if (!key) return;
    const other = { ...key, id: 'key_01h455vb4pex5vsknk084sn02q' };
    await service.registry.noteKeyUse(other, HOUR_MS);
    expect((await service.acme('GET', `/v1/keys/${other.id}`)).status).toBe(404);
    const listed = await service.acme('GET', '/v1/keys');
    expect(JSON.stringify(listed.json)).not.toContain(other.id);
  });
});

describe('GET /v1/keys/current', () => {
  it('says whose key it is, whatever it may do', async () => {
    const reader = await service.keyOf('acme', 'test', ['events:read']);
    const { status, json } = await reader('GET', '/v1/keys/current');
    expect(status).toBe(200);
    expect(json).toMatchObject({
      kind: 'tenant',
      tenant: 'acme',
      environment: 'test',
      scopes: ['events:read'],
      key: { tenant: 'acme', environment: 'test', revokedAt: null },
    });
  });

  it('knows the operator, who is of no tenant', async () => {
    const headers = { authorization: `Bearer ${'o'.repeat(40)}` };
    const answer = await service.app.request('/v1/keys/current', { headers });
    expect(await answer.json()).toEqual({
      kind: 'operator',
      tenant: null,
      environment: null,
      scopes: [...KEY_SCOPES],
      key: null,
      session: null,
    });
  });

  it('is for keys only', async () => {
    expect((await service.app.request('/v1/keys/current')).status).toBe(401);
  });
});

describe('GET /v1/keys/{id}', () => {
  it('never shows the key itself', async () => {
    const { id, key } = await made({ name: 'mine' });
    const { status, json } = await service.acme('GET', `/v1/keys/${id}`);
    expect([status, json.name]).toEqual([200, 'mine']);
    expect(JSON.stringify(json)).not.toContain(key);
    expect(JSON.stringify(json)).not.toContain('hash');
  });

  it('is the same 404 for another tenant, the other environment, none and no id', async () => {
    const { id } = await made();
    const form = async (ask: typeof service.acme, of: string) => {
      const { status, json } = await ask('GET', `/v1/keys/${of}`);
      return { status, json: { ...json, requestId: undefined } };
    };
    const none = await form(service.acme, 'key_01h455vb4pex5vsknk084sn02q');
    expect(none.status).toBe(404);
    expect(await form(service.acme, 'x')).toEqual(none);
    for (const ask of [service.globex, service.acmeTest]) expect(await form(ask, id)).toEqual(none);
  });

  it.each([
    ['the operator’s key', undefined, null],
    ['a session of nobody', {}, { actor: null, subject: null }],
    ['a session of somebody', { actor: 'sam' }, { actor: 'sam', subject: null }],
  ])('says that it was made by %s', async (_, session, createdBy) => {
    const acme = { 'posthorn-tenant': 'acme' };
    const opened = session && (await service.operator('POST', '/v1/console-sessions', session));
    const maker = opened ? service.askWith(opened.json.token) : service.operator;
    const { json } = await maker('POST', '/v1/keys', {}, acme);
    const listed = await service.operator('GET', '/v1/keys', undefined, acme);
    const found = listed.json.data.find(({ id }: { id: string }) => id === json.id);
    expect([json.createdBy, found.createdBy]).toEqual([createdBy, createdBy]);
  });

  it('needs the scope keys:write', async () => {
    const { id } = await made();
    const reader = await service.keyOf('acme', 'live', ['events:read']);
    expect((await reader('GET', `/v1/keys/${id}`)).status).toBe(403);
  });
});
