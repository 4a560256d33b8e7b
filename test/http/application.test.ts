import { describe, expect, it, vi } from 'vitest';
import type { Registry } from '../../lambdas/adapters/registry/registry.ts';
import { type ApiKey, hashOfKey } from '../../lambdas/core/keys/api-key.ts';
import type { Secrets } from '../../lambdas/core/sealing/secrets.ts';
import { createApplication } from '../../lambdas/http/application.ts';
import { createAuthentication, requireScope } from '../../lambdas/http/authentication.ts';
import { addEventRoutes } from '../../lambdas/ingest/routes.ts';
import { NOON_MS } from '../builders/events.ts';
import { fixedSurroundings, only } from '../builders/ports.ts';

const OPERATOR_KEY = 'o'.repeat(40);
const TENANT_KEY = 'ph_live_tenant';
const KEY: ApiKey = {
  id: 'key_1',
  tenant: 'acme',
  environment: 'live',
  name: 'key',
  scopes: ['events:write'],
  hash: hashOfKey(TENANT_KEY),
  hint: 'ph_live_tena',
  createdAtMs: 0,
};

function world(
  sendEvents: () => Promise<ReadonlySet<number>> = async () => new Set(),
  noting: () => Promise<void> = async () => undefined,
) {
  const surroundings = fixedSurroundings();
  const keys = new Map([[KEY.hash, KEY]]);
  let reads = 0;
  const noted: [string, number][] = [];
  const app = createApplication();
  const authentication = createAuthentication({
    registry: only<Registry>({
      findKey: async (hash) => {
        reads++;
        return keys.get(hash);
      },
      getTenant: async (id) => {
        reads++;
        return id === 'acme' ? { id, name: 'Acme', createdAtMs: 0 } : undefined;
      },
      noteKeyUse: async ({ id }, atMs) => {
        noted.push([id, atMs]);
        await noting();
      },
    }),
    sessions: only({}),
    secrets: only<Secrets>({ operatorKey: async () => OPERATOR_KEY }),
    surroundings,
  });
  addEventRoutes(app, authentication, {
    ledger: only({}),
    queues: { sendEvents },
    surroundings,
    judge: async (type) => (type === 'misfit' ? [{ path: '/data/a', message: 'is missing' }] : []),
  });
  app.get('/scoped', authentication.authenticate, async (c) => {
    requireScope(c, 'endpoints:read');
    return c.json(await authentication.scopeOf(c));
  });
  const post = async (body: string, headers: Record<string, string> = {}, path = '/v1/events') => {
    const response = await app.request(path, {
      method: 'POST',
      body,
      headers: {
        authorization: `Bearer ${TENANT_KEY}`,
        'content-type': 'application/json',
        ...headers,
      },
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return { app, post, keys, surroundings, noted, reads: () => reads };
}

const SOUND = '{"type":"a","data":{"pin":"hunter2"}}';

describe('an answer', () => {
  it('has a request’s id, and may be neither sniffed nor kept', async () => {
    const { post } = world();
    for (const answer of [await post(SOUND), await post('{')]) {
      expect(answer.headers.get('posthorn-request-id')).toBeTruthy();
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
  });

  it('to a fault of ours is 500, says nothing of it, and is logged without the body', async () => {
    const logged = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const { post } = world(async () => {
      throw new Error('table posthorn-ledger is on fire');
    });
    const answer = await post(SOUND);
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.text)).toMatchObject({ status: 500, title: 'A fault on our side' });
    expect(answer.text).not.toContain('fire');
    const lines = JSON.stringify(logged.mock.calls);
    expect(lines).toContain('on fire');
    expect(lines).not.toContain('hunter2');
    expect(lines).not.toContain(TENANT_KEY);
    logged.mockRestore();
  });

  it('is 503, to be tried again, when the queue takes nothing: never 202', async () => {
    const { post } = world(async () => new Set([0]));
    const answer = await post(SOUND);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
  });
});

describe('a content type', () => {
  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/json;charset=UTF-8',
    'application/json; charset="utf-8"',
    'application/json; profile=x; charset=utf8',
    'application/json; charset=us-ascii',
    'application/cloudevents+json',
  ])('may be %s', async (type) => {
    expect((await world().post(SOUND, { 'content-type': type })).status).toBe(202);
  });

  it.each([
    'text/plain',
    'application/jsonx',
    'application/xml',
    'json',
    'multipart/form-data',
    'application/x-www-form-urlencoded',
    'application/octet-stream',
    'application/x-ndjson',
    'application/json; charset=utf-16',
    'application/json; charset=utf-16le',
    'application/json; charset=UTF-32',
    'application/json; charset="iso-8859-1"',
    'application/json ;charset = windows-1252',
    'application/json; profile=x; charset=utf-7',
  ])('may not be %s', async (type) => {
    expect((await world().post(SOUND, { 'content-type': type })).status).toBe(415);
  });
});

describe('a content encoding', () => {
  it.each([
    'gzip',
    'GZIP',
    'x-gzip',
    'br',
    'deflate',
    'zstd',
    'compress',
    'gzip, identity',
    'aws-chunked',
  ])('may not be %s', async (encoding) => {
    const answer = await world().post(SOUND, { 'content-encoding': encoding });
    expect(answer.status).toBe(415);
  });
  it('may say that there is none', async () => {
    expect((await world().post(SOUND, { 'content-encoding': 'identity' })).status).toBe(202);
  });
});

describe('a body', () => {
  it('of 256 KiB is taken, and of one byte more is not', async () => {
    const { post } = world();
    const wrap = (filling: string) => `{"type":"a","data":{"f":"${filling}"}}`;
    const filling = 'x'.repeat(256 * 1024 - wrap('').length);
    expect((await post(wrap(filling))).status).toBe(202);
    expect((await post(wrap(`${filling}x`))).status).toBe(413);
  });

  it('is measured in bytes and not in characters', async () => {
    const { post } = world();
    expect((await post(`{"type":"a","data":{"f":"${'€'.repeat(100_000)}"}}`)).status).toBe(413);
  });
});

describe('a key', () => {
  it('is read once for a few seconds, with its tenant, and a revocation counts after them', async () => {
    const { post, keys, surroundings, reads } = world();
    for (let n = 0; n < 5; n++) expect((await post(SOUND)).status).toBe(202);
    expect(reads()).toBe(2);
    keys.set(KEY.hash, { ...KEY, revokedAtMs: NOON_MS });
    surroundings.nowMs += 3_000;
    expect((await post(SOUND)).status).toBe(401);
    expect((await post(SOUND)).status).toBe(401);
  });

  it('expires to the millisecond even while it is kept', async () => {
    const { post, keys, surroundings } = world();
    keys.set(KEY.hash, { ...KEY, expiresAtMs: NOON_MS + 500 });
    expect((await post(SOUND)).status).toBe(202);
    surroundings.nowMs += 500;
    expect((await post(SOUND)).status).toBe(401);
  });

  it('is noted as used once an hour, and nothing waits for long for the note', async () => {
    const { post, noted, surroundings } = world(undefined, () => new Promise(() => undefined));
    surroundings.nowMs = Date.UTC(2026, 0, 31, 9, 30);
    for (let n = 0; n < 3; n++) expect((await post(SOUND)).status).toBe(202);
    surroundings.nowMs = Date.UTC(2026, 0, 31, 10);
    expect((await post(SOUND)).status).toBe(202);
    expect(noted).toEqual([
      ['key_1', Date.UTC(2026, 0, 31, 9)],
      ['key_1', Date.UTC(2026, 0, 31, 10)],
    ]);
  });

  it('whose use cannot be noted works all the same', async () => {
    const logged = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const { post } = world(undefined, async () => {
      throw new Error('no table today');
    });
    expect((await post(SOUND)).status).toBe(202);
    const lines = JSON.stringify(logged.mock.calls);
    expect(lines).toContain('no table today');
    expect(lines).not.toContain(TENANT_KEY);
    logged.mockRestore();
  });

  it('that is refused is not noted as used', async () => {
    const { post, keys, noted } = world();
    keys.set(KEY.hash, { ...KEY, revokedAtMs: NOON_MS });
    expect((await post(SOUND)).status).toBe(401);
    expect(noted).toEqual([]);
  });

  it('without the scope is refused before the body is read', async () => {
    const { post, keys } = world();
    keys.set(KEY.hash, { ...KEY, scopes: ['events:read'] });
    expect((await post('not JSON')).status).toBe(403);
  });

  it('that is wrong is refused before the body is read', async () => {
    expect((await world().post('not JSON', { authorization: 'Bearer x' })).status).toBe(401);
  });
});

describe('the operator', () => {
  const asOperator = { authorization: `Bearer ${OPERATOR_KEY}` };

  it('acts for a tenant and an environment, live unless said otherwise', async () => {
    const { app } = world();
    const scopeFor = async (headers: Record<string, string>) =>
      (await app.request('/scoped', { headers: { ...asOperator, ...headers } })).json();
    expect(await scopeFor({ 'posthorn-tenant': 'acme' })).toEqual({
      tenant: 'acme',
      environment: 'live',
    });
    expect(await scopeFor({ 'posthorn-tenant': 'acme', 'posthorn-environment': 'test' })).toEqual({
      tenant: 'acme',
      environment: 'test',
    });
    expect(await scopeFor({ 'posthorn-tenant': 'umbrella' })).toMatchObject({ status: 404 });
    expect(await scopeFor({ 'posthorn-tenant': 'a/../b' })).toMatchObject({ status: 404 });
  });

  it('learns of an unknown tenant in a batch at the place of the event', async () => {
    const { post } = world();
    const events = [
      '{"type":"a","data":{},"tenant":"acme"}',
      '{"type":"a","data":{},"tenant":"umbrella"}',
      '{"type":"a","data":{}}',
    ];
    const answer = await post(`{"events":[${events.join(',')}]}`, asOperator, '/v1/events/batch');
    expect(answer.status).toBe(202);
    const { results } = JSON.parse(answer.text);
    expect(results).toEqual([
      { id: expect.any(String), duplicate: false },
      { error: expect.objectContaining({ status: 404 }) },
      { error: expect.objectContaining({ status: 422 }) },
    ]);
  });
});
