// Secrets and signing keys over HTTP: who may, what is shown, and what two who race get.
import { sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureSigningKeys } from '../../../lambdas/api/signing/keyring.ts';
import { soleKey } from '../../../lambdas/core/sealing/seal.ts';
import { type Keyring, STACK, type StoredKeyring } from '../../../lambdas/core/signing/keys.ts';
import { privatePem } from '../../builders/contracts.ts';
import { type Service, startService } from '../../core/contracts/service.ts';

describe('two functions that race for the first keys', () => {
  it('get the same ones', async () => {
    let stored: StoredKeyring = { owner: STACK, keys: [], version: 0 };
    let refused = 0;
    const keyring = {
      read: async () => stored,
      replace: async (before: StoredKeyring, keys: Keyring) => {
        if (before.version !== stored.version) {
          refused++;
          return false;
        }
        stored = { ...before, keys, version: before.version + 1 };
        return true;
      },
    };
    const ports = {
      keyring,
      secrets: { sealingKey: async () => soleKey(Buffer.alloc(32, 1)) },
      surroundings: {
        now: () => 0,
        random: (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes)),
      },
    };
    const [one, other] = await Promise.all([
      ensureSigningKeys(ports, ['Ed25519', 'RS256']),
      ensureSigningKeys(ports, ['Ed25519', 'RS256']),
    ]);
    expect(stored.keys.map(({ algorithm }) => algorithm).sort()).toEqual(['Ed25519', 'RS256']);
    expect(await ensureSigningKeys(ports, ['RS256'])).toEqual(stored.keys);
    const ids = stored.keys.map(({ id }) => id).sort();
    expect(one.map(({ id }) => id).every((id) => ids.includes(id))).toBe(true);
    expect(other.map(({ id }) => id).every((id) => ids.includes(id))).toBe(true);
    expect(refused).toBeGreaterThanOrEqual(0);
  });
});

describe('over HTTP', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  }, 120_000);
  afterAll(() => service.stop());

  const create = async (settings: Record<string, unknown> = {}) => {
    const url = `${service.receiverUrl}/x`;
    const answer = await service.ask('POST', '/v1/endpoints', { url, ...settings });
    expect(answer.status, answer.text).toBe(201);
    return answer.json;
  };
  const asTenant = async (body: Record<string, unknown>, tenant = 'acme') => {
    const { json } = await service.ask('POST', '/v1/keys', body, { 'posthorn-tenant': tenant });
    return async (method: string, path: string, sent?: unknown) => {
      const response = await fetch(service.url + path, {
        method,
        headers: { authorization: `Bearer ${json.key}`, 'content-type': 'application/json' },
        ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
      });
      return { status: response.status, text: await response.text() };
    };
  };

  it('an endpoint gets a token and a secret in a form that suits its contract', async () => {
    const forms = {
      'standard-webhooks': /^whsec_[A-Za-z0-9+/]{43}=$/,
      'kyc-hmac': /^[0-9a-f]{64}$/,
      bronid: /^[A-Za-z0-9_-]{43}$/,
      idnow: /^[A-Za-z0-9_-]{43}$/,
      bynn: /^[A-Za-z0-9_-]{43}$/,
    };
    for (const [contract, form] of Object.entries(forms)) {
      const { id, token, secret, retryPolicy } = await create({ contract });
      expect(token).toMatch(/^wh_[0-9A-Za-z]{24}$/);
      expect(secret).toMatch(/^\*{28}.{4}$/);
      expect(retryPolicy).toBe(contract === 'idnow' ? 'idnow' : 'forty-days');
      const shown = await service.ask('GET', `/v1/endpoints/${id}/secret`);
      expect(shown.json.secret).toMatch(form);
      expect(shown.json.secret.slice(-4)).toBe(secret.slice(-4));
    }
  });

  it('a rotated secret is shown at once, masked elsewhere, and the old is valid for the overlap', async () => {
    const { id } = await create({ contract: 'kyc-hmac' });
    const path = `/v1/endpoints/${id}`;
    const before = Date.now();
    const rotated = await service.ask('POST', `${path}/rotate-secret`, { overlapSeconds: 3600 });
    expect(rotated.status).toBe(200);
    const until = Date.parse(rotated.json.previousValidUntil);
    expect(until).toBeGreaterThanOrEqual(before + 3_600_000);
    expect(until).toBeLessThan(before + 3_660_000);
    expect((await service.ask('GET', `${path}/secret`)).json).toEqual(rotated.json);
    const shown = await service.ask('GET', path);
    expect(shown.json.secret).toBe(`${'*'.repeat(28)}${rotated.json.secret.slice(-4)}`);
    expect(shown.text).not.toContain(rotated.json.secret);
    expect(shown.text).not.toContain('sealed');
    const brought = await service.ask('POST', `${path}/rotate-secret`, {
      secret: 'the_secret_signing_key@!',
      overlapSeconds: 0,
    });
    expect(brought.json).toEqual({ secret: 'the_secret_signing_key@!', previousValidUntil: null });
  });

  it('at most five secrets overlap, for seven days at most', async () => {
    const { id } = await create();
    const path = `/v1/endpoints/${id}/rotate-secret`;
    for (let i = 0; i < 4; i++) expect((await service.ask('POST', path)).status).toBe(200);
    expect((await service.ask('POST', path)).status).toBe(409);
    expect((await service.ask('POST', path, { overlapSeconds: 0 })).status).toBe(200);
    expect((await service.ask('POST', path, { overlapSeconds: 604_801 })).status).toBe(422);
    expect((await service.ask('POST', path, { secret: 'short' })).status).toBe(422);
  });

  it('rotating needs a scope of its own, and nobody reaches another tenant’s endpoint', async () => {
    const { id } = await create();
    const path = `/v1/endpoints/${id}/rotate-secret`;
    const reader = await asTenant({ scopes: ['secrets:read', 'endpoints:write'] });
    expect((await reader('POST', path, {})).status).toBe(403);
    const writer = await asTenant({ scopes: ['secrets:write'] });
    expect((await writer('POST', path, {})).status).toBe(200);
    expect((await writer('GET', `/v1/endpoints/${id}/secret`)).status).toBe(403);
    await service.ask('PUT', '/v1/tenants/other', { name: 'Other' });
    const other = await asTenant({}, 'other');
    expect((await other('POST', path, {})).status).toBe(404);
    expect((await other('GET', `/v1/endpoints/${id}/secret`)).status).toBe(404);
    const test = await service.ask('POST', path, {}, { 'posthorn-environment': 'test' });
    expect(test.status).toBe(404);
  });

  it('of two who rotate at once, both are told the truth', async () => {
    const { id } = await create();
    const path = `/v1/endpoints/${id}`;
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => service.ask('POST', `${path}/rotate-secret`, {})),
    );
    const done = answers.filter(({ status }) => status === 200);
    expect(done.length).toBeGreaterThanOrEqual(1);
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
    const shown = (await service.ask('GET', `${path}/secret`)).json.secret;
    expect(done.map(({ json }) => json.secret)).toContain(shown);
  });

  it('a rotated key stays published, its successor is published before it signs', async () => {
    const list = async () => (await service.ask('GET', '/v1/signing-keys')).json.data;
    const [first] = (await list()).filter(
      ({ algorithm }: { algorithm: string }) => algorithm === 'Ed25519',
    );
    const rotated = await service.ask('POST', `/v1/signing-keys/${first.id}/rotate`);
    expect(rotated.status, rotated.text).toBe(201);
    expect(rotated.json).toMatchObject({
      algorithm: 'Ed25519',
      state: 'next',
      publishedUntil: null,
    });
    expect(Date.parse(rotated.json.signsFrom) - Date.parse(rotated.json.createdAt)).toBe(600_000);
    const { json } = await service.ask('GET', '/.well-known/jwks.json');
    const kids = json.keys.map(({ kid }: { kid: string }) => kid);
    expect(kids).toEqual(expect.arrayContaining([first.id, rotated.json.id]));
    expect((await service.ask('POST', `/v1/signing-keys/${first.id}/rotate`)).status).toBe(409);
    expect((await service.ask('POST', '/v1/signing-keys/sk_none/rotate')).status).toBe(404);
    const now = (await list()).find(({ id }: { id: string }) => id === first.id);
    expect(now.state).toBe('signing');
    expect(Date.parse(now.publishedUntil) - Date.parse(rotated.json.signsFrom)).toBe(86_400_000);
  });

  it('no private key ever comes out', async () => {
    const privateKey = privatePem('RS256');
    const answers = [
      await service.ask('POST', '/v1/signing-keys', { privateKey }),
      await service.ask('GET', '/v1/signing-keys'),
      await service.ask('GET', '/.well-known/jwks.json'),
      await service.ask('POST', '/v1/signing-keys', {
        privateKey: `${privateKey}x`.replace('M', 'N'),
      }),
    ];
    const inside = privateKey.split('\n')[5] ?? '';
    for (const { text } of answers) {
      expect(text).not.toContain('PRIVATE KEY-----\\n');
      expect(text).not.toContain(inside);
      expect(text).not.toContain('sealed');
    }
    expect(sign('sha256', Buffer.from('x'), privateKey)).toHaveLength(256);
  });
});
