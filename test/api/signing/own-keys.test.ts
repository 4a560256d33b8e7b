// A tenant's own signing keys: its keys list and rotate them, and reach no others.
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ApiService, Ask } from '../../builders/api-service.ts';
import { startService } from '../../builders/broken-calls.ts';

const DAY_MS = 86_400_000;

let service: ApiService;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service?.stop());

const kidsAt = async (place: string): Promise<string[]> => {
  const { json } = await service.anyone('GET', `/.well-known/${place}jwks.json`);
  return json.keys.map(({ kid }: { kid: string }) => kid);
};

const keysOf = async (ask: Ask) => (await ask('GET', '/v1/signing-keys')).json.data;
const rotate = (ask: Ask, id: string, query = '', headers = {}) =>
  ask('POST', `/v1/signing-keys/${id}/rotate${query}`, {}, headers);

it.each([
  ['acme', 'live'],
  ['acme', 'test'],
] as const)(
  'lists and rotates the keys of its own tenant and environment: %s %s',
  async (tenant, environment) => {
    const ask = await service.keyOf(tenant, environment, ['endpoints:read', 'secrets:write']);
    const [key] = await keysOf(ask);
    const published = await kidsAt(`${tenant}/${environment}/`);
    expect(published).toContain(key.id);
    const rotated = await rotate(ask, key.id);
    expect([rotated.status, rotated.json.state]).toEqual([201, 'next']);
    expect(await kidsAt(`${tenant}/${environment}/`)).toHaveLength(published.length + 1);
    for (const other of [
      '',
      'globex/live/',
      environment === 'live' ? 'acme/test/' : 'acme/live/',
    ]) {
      expect(await kidsAt(other)).not.toContain(rotated.json.id);
    }
  },
);

it('replaces a key at once', async () => {
  const [key] = await keysOf(service.acme);
  const body = { leadSeconds: 0, overlapSeconds: 0 };
  const { json } = await service.acme('POST', `/v1/signing-keys/${key.id}/rotate`, body);
  expect(json.state).toBe('signing');
  service.clock.nowMs += 90_000;
  expect(await kidsAt('acme/live/')).not.toContain(key.id);
});

it('reaches no key of others, whatever it names', async () => {
  const [stacks] = (await service.operator('GET', '/v1/signing-keys')).json.data;
  const [globex] = await keysOf(service.globex);
  const [inTest] = await keysOf(service.acmeTest);
  const before = await Promise.all(['', 'globex/live/', 'acme/test/'].map(kidsAt));
  for (const { id } of [stacks, globex, inTest]) {
    expect((await rotate(service.acme, id)).status).toBe(404);
    for (const query of [
      '?tenant=globex',
      '?tenant=acme',
      '?tenant=_posthorn',
      '?environment=test',
    ]) {
      expect([403, 422]).toContain((await rotate(service.acme, id, query)).status);
      expect([403, 422]).toContain((await service.acme('GET', `/v1/signing-keys${query}`)).status);
    }
  }
  expect(await Promise.all(['', 'globex/live/', 'acme/test/'].map(kidsAt))).toEqual(before);
});

it('shares no idempotency key with another tenant or the operator', async () => {
  const keyed = { 'idempotency-key': 'one' };
  const made = [];
  for (const ask of [service.acme, service.globex, service.acmeTest, service.operator]) {
    const [key] = await keysOf(ask);
    const answers = [await rotate(ask, key.id, '', keyed), await rotate(ask, key.id, '', keyed)];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers[0]?.json.id).toBe(answers[1]?.json.id);
    made.push(answers[0]?.json.id);
  }
  expect(new Set(made).size).toBe(4);
});

it('imports none', async () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const body = { privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }) };
  expect((await service.acme('POST', '/v1/signing-keys', body)).status).toBe(403);
});

it('makes none where there is no room for it', async () => {
  let { id } = (await keysOf(service.acme)).find(
    ({ algorithm }: { algorithm: string }) => algorithm === 'Ed25519',
  );
  const again = () => service.acme('POST', `/v1/signing-keys/${id}/rotate`, { leadSeconds: 0 });
  for (let count = 2; count < 20; count++) id = (await again()).json.id;
  const answer = await again();
  expect([answer.status, answer.json.detail]).toEqual([409, expect.stringContaining('20 keys')]);
  service.clock.nowMs += 2 * DAY_MS;
  expect((await again()).status).toBe(201);
});
