// Whose key signs for an endpoint, whose keys are published where, and who may say in whose name.
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tableOf } from '../../../lambdas/adapters/aws/dynamodb/calls.ts';
import { createKeyringStore } from '../../../lambdas/adapters/registry/keyring.ts';
import type { Endpoint } from '../../../lambdas/core/endpoints/endpoint.ts';
import { cleanUp } from '../../../lambdas/wake/erase.ts';
import type { ApiService, Ask } from '../../builders/api-service.ts';
import { startService } from '../../builders/broken-calls.ts';

let service: ApiService;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service?.stop());

const ACME = { tenant: 'acme', environment: 'live' } as const;
const BYNN = { url: 'https://acme.io/a', contract: 'bynn' };
const keyringOf = (tenant: string, environment: 'live' | 'test') =>
  createKeyringStore(tableOf(service.dynamoDb, 'registry')).read({ tenant, environment });
const jwks = async (place: string): Promise<string[]> => {
  const { status, json } = await service.anyone('GET', `/.well-known/${place}jwks.json`);
  expect(status).toBe(200);
  return json.keys.map(({ n, x }: { n?: string; x?: string }) => n ?? x);
};
const stored = async (id: string): Promise<Endpoint> =>
  (await service.registry.getEndpoint(ACME, id)) ?? expect.fail();

/** As a version stored it that knew no keys of tenants. */
async function olderEndpoint(settings: object = {}): Promise<string> {
  const { json } = await service.operator(
    'POST',
    '/v1/endpoints',
    { ...BYNN, ...settings },
    {
      'posthorn-tenant': 'acme',
    },
  );
  const { signingKey, ...older } = await stored(json.id);
  await service.registry.replaceEndpoint(await stored(json.id), older);
  return json.id;
}

describe('an endpoint', () => {
  it('is signed for with its tenant’s key, unless it asks for the stack’s', async () => {
    const own = await service.acme('POST', '/v1/endpoints', BYNN);
    expect(own.json.signingKey).toBe('tenant');
    expect((await keyringOf('_posthorn', 'live')).keys).toEqual([]);
    expect((await keyringOf('acme', 'live')).keys.map(({ algorithm }) => algorithm)).toEqual([
      'RS256',
    ]);
    const other = await service.acme('POST', '/v1/endpoints', { ...BYNN, signingKey: 'stack' });
    expect(other.json.signingKey).toBe('stack');
    expect((await keyringOf('_posthorn', 'live')).keys).toHaveLength(1);
    expect((await service.acme('POST', '/v1/endpoints', { ...BYNN, signingKey: 'x' })).status).toBe(
      422,
    );
  });

  it('from before tenants had keys keeps the stack’s, whatever else is changed, until it is moved', async () => {
    const id = await olderEndpoint();
    const path = `/v1/endpoints/${id}`;
    expect((await service.acme('GET', path)).json.signingKey).toBe('stack');
    const changed = await service.acme('PATCH', path, { url: 'https://acme.io/b' });
    expect(changed.json).toMatchObject({ url: 'https://acme.io/b', signingKey: 'stack' });
    await service.acme('PATCH', '/v1/endpoints', { filter: {}, changes: { timeoutMs: 5_000 } });
    await service.acme('POST', `${path}/rotate-secret`);
    expect(await stored(id)).not.toHaveProperty('signingKey');
    const moved = await service.acme('PATCH', path, { signingKey: 'tenant' });
    expect(moved.json.signingKey).toBe('tenant');
    expect((await keyringOf('acme', 'live')).keys).toHaveLength(1);
    // Both go on being published.
    expect(await jwks('')).not.toEqual(await jwks('acme/live/'));
  });

  it('that was moved never comes back to signing everything with the stack’s key', async () => {
    const id = await olderEndpoint();
    const path = `/v1/endpoints/${id}`;
    for (const signingKey of ['tenant', 'stack', null]) {
      await service.acme('PATCH', path, { signingKey });
      expect((await stored(id)).signingKey).toBe(signingKey ?? 'tenant');
    }
  });

  it('never takes it from a template', async () => {
    const settings = { signingKey: 'stack' };
    const made = await service.acme('POST', '/v1/templates', { name: 't', settings });
    expect(made.status).toBe(422);
  });
});

describe('the published keys', () => {
  it('are each tenant’s and environment’s own, and the stack’s', async () => {
    const places = ['', 'acme/live/', 'acme/test/', 'globex/live/'];
    const sets = await Promise.all(places.map(jwks));
    expect(new Set(sets.flat()).size).toBe(2 * places.length);
    expect(await Promise.all(places.map(jwks))).toEqual(sets);
    expect(await jwks('_posthorn/live/')).toEqual(sets[0]);
    // The stack has none for `test`, and nobody makes some by asking.
    expect(await jwks('_posthorn/test/')).toEqual([]);
  });

  it('are there as PEM', async () => {
    const { headers, json } = await service.anyone('GET', '/.well-known/acme/live/jwks.json');
    expect(headers.get('cache-control')).toBe('public, max-age=300');
    const [jwk] = json.keys;
    const path = `/.well-known/acme/live/keys/${jwk.kid}.pem`;
    const pem = await service.app.request(path);
    expect(createPublicKey(await pem.text()).export({ format: 'jwk' })).toMatchObject(
      createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'jwk' }),
    );
    expect((await service.anyone('GET', path.replace('acme', 'globex'))).status).toBe(404);
  });

  it('of no tenant are made', async () => {
    for (const place of ['nobody/live', 'a%20b/live', '_other/live']) {
      expect((await service.anyone('GET', `/.well-known/${place}/jwks.json`)).status).toBe(404);
    }
    expect((await keyringOf('nobody', 'live')).version).toBe(0);
    const odd = await service.anyone('GET', '/.well-known/acme/other/jwks.json');
    expect([404, 422]).toContain(odd.status);
  });

  it('leave with their tenant', async () => {
    await jwks('acme/live/');
    await service.operator('DELETE', '/v1/tenants/acme');
    for (let next = service.cleanups.shift(); next; next = service.cleanups.shift()) {
      service.clock.nowMs += next.delaySeconds * 1000;
      await cleanUp(service.cleanupPorts, next.cleanup, () => 60_000);
    }
    expect((await keyringOf('acme', 'live')).keys).toEqual([]);
    expect((await service.anyone('GET', '/.well-known/acme/live/jwks.json')).status).toBe(404);
  });
});

describe('the operator', () => {
  it('lists and rotates a tenant’s keys, which no other’s route knows', async () => {
    const of = 'tenant=acme&environment=test';
    const listed = await service.operator('GET', `/v1/signing-keys?${of}`);
    const [key] = listed.json.data;
    const rotate = (query: string) =>
      service.operator('POST', `/v1/signing-keys/${key.id}/rotate${query}`);
    expect((await rotate('')).status).toBe(404);
    expect((await rotate('?tenant=acme')).status).toBe(404);
    const rotated = await rotate(`?${of}`);
    expect(rotated.status).toBe(201);
    expect(await jwks('acme/test/')).toHaveLength(3);
    expect(await jwks('acme/live/')).toHaveLength(2);
    const nobody = await service.operator('GET', '/v1/signing-keys?tenant=nobody');
    expect(nobody.status).toBe(404);
  });

  it('imports a key for live or for test, and never the same for both', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const body = { privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }) };
    const bring = (query: string) => service.operator('POST', `/v1/signing-keys${query}`, body);
    expect((await bring('?environment=test')).status).toBe(201);
    expect((await bring('')).status).toBe(409);
    expect((await bring('?environment=live')).status).toBe(409);
    expect(await jwks('_posthorn/test/')).toHaveLength(1);
    const listed = await service.operator('GET', '/v1/signing-keys?environment=test');
    expect(listed.json.data).toMatchObject([{ origin: 'brought', state: 'signing' }]);
  });
});

describe('the name in JWTs', () => {
  const named = (issuer: string) => ({ contractOptions: { issuer } });
  const asOperator: Ask = (method, path, body) =>
    service.operator(method, path, body, { 'posthorn-tenant': 'acme' });
  const FAULT = { path: '/contractOptions/issuer' };

  it('is the operator’s to set, and not a tenant’s', async () => {
    const refused = await service.acme('POST', '/v1/endpoints', { ...BYNN, ...named('bynn.com') });
    expect(refused.status).toBe(422);
    expect(refused.json.errors).toMatchObject([FAULT]);
    const { json } = await service.acme('POST', '/v1/endpoints', BYNN);
    const path = `/v1/endpoints/${json.id}`;
    expect((await service.acme('PATCH', path, named('bynn.com'))).status).toBe(422);
    const change = { filter: {}, changes: named('bynn.com') };
    const many = await service.acme('PATCH', '/v1/endpoints', change);
    expect(many.json).toMatchObject({ changed: 0, failed: 1 });
    const bulk = { endpoints: [{ ...BYNN, ...named('bynn.com') }] };
    const made = await service.acme('POST', '/v1/endpoints/bulk', bulk);
    expect(made.json.results).toMatchObject([{ error: { status: 422 } }]);
    const settings = { contract: 'bynn', ...named('bynn.com') };
    const template = { name: 'named', settings };
    expect((await service.acme('POST', '/v1/templates', template)).status).toBe(422);
    expect((await asOperator('PATCH', path, named('bynn.com'))).status).toBe(200);
    expect((await asOperator('POST', '/v1/templates', template)).status).toBe(201);
  });

  it('stays where it stands', async () => {
    const id = await olderEndpoint(named('bynn.com'));
    const path = `/v1/endpoints/${id}`;
    expect((await service.acme('PATCH', path, { timeoutMs: 5_000 })).status).toBe(200);
    const same = { contractOptions: { issuer: 'bynn.com', kid: true } };
    expect((await service.acme('PATCH', path, same)).json.contractOptions).toMatchObject(
      same.contractOptions,
    );
    expect((await service.acme('PATCH', path, named('other.com'))).status).toBe(422);
    // A template of the operator's gives it to those who follow.
    const settings = { contract: 'bynn', ...named('ours.com') };
    await asOperator('POST', '/v1/templates', { name: 'ours', settings });
    const { url } = BYNN;
    const follower = await service.acme('POST', '/v1/endpoints', { url, template: 'ours' });
    expect(follower.json.contractOptions.issuer).toBe('ours.com');
    const change = { settings: { timeoutMs: 6_000 } };
    expect(
      (await service.acme('PATCH', `/v1/templates/${follower.json.template}`, change)).status,
    ).toBe(200);
  });
});
