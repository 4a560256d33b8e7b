// A rotation of an endpoint's secret is checked as a creation is.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asymmetricSecret } from '../../../lambdas/core/signing/asymmetric-secret.ts';
import type { ApiService } from '../../builders/api-service.ts';
import { startService } from '../../builders/broken-calls.ts';

let service: ApiService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service?.stop());

const URL = { url: 'https://acme.io/a' };
const PRIVATE = asymmetricSecret(randomBytes(32));
/** What needs a secret that the receiver has as well. */
const SHARED: readonly object[] = [
  { signatures: [{ scheme: 'kyc-hmac' }] },
  { signatures: [{ scheme: 'bronid' }] },
  { signatures: [{ scheme: 'idnow' }] },
  { signatures: [{ scheme: 'http-message', algorithm: 'hmac-sha256' }] },
  { contract: 'kyc-hmac' },
  { contract: 'bronid' },
  { contract: 'idnow' },
  { contract: 'bynn' },
];

describe('a private key as the secret', () => {
  it.each(SHARED)('is refused by creation and rotation where there is %j', async (settings) => {
    const asked = { ...URL, ...settings };
    const given = await service.acme('POST', '/v1/endpoints', { ...asked, secret: PRIVATE });
    expect(given.status).toBe(422);
    const { json } = await service.acme('POST', '/v1/endpoints', asked);
    const path = `/v1/endpoints/${json.id}`;
    const rotated = await service.acme('POST', `${path}/rotate-secret`, { secret: PRIVATE });
    expect(rotated.status).toBe(422);
    expect(rotated.json.errors).toMatchObject([{ path: '/secret' }]);
    // Nothing was changed, and it can be.
    expect((await service.acme('GET', path)).json.secret).toBe(json.secret);
    expect((await service.acme('POST', `${path}/rotate-secret`)).status).toBe(200);
    expect((await service.acme('PATCH', path, { timeoutMs: 5_000 })).status).toBe(200);
  });

  it.each([{}, { signatures: [{ scheme: 'v1a' }] }, { signatures: [{ scheme: 'http-message' }] }])(
    'is taken where there is %j',
    async (settings) => {
      const { json } = await service.acme('POST', '/v1/endpoints', { ...URL, ...settings });
      const path = `/v1/endpoints/${json.id}/rotate-secret`;
      expect((await service.acme('POST', path, { secret: PRIVATE })).status).toBe(200);
    },
  );

  it('is not made by us either where another signature needs a shared secret', async () => {
    const contractOptions = { signature: 'v1a' };
    const asked = { ...URL, contractOptions, signatures: [{ scheme: 'kyc-hmac' }] };
    const refused = await service.acme('POST', '/v1/endpoints', asked);
    expect(refused.json.errors).toMatchObject([{ path: '/signatures/0/scheme' }]);
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const made = await service.acme('POST', '/v1/endpoints', { ...asked, secret });
    expect(made.status).toBe(201);
    const rotated = await service.acme('POST', `/v1/endpoints/${made.json.id}/rotate-secret`);
    expect(rotated.status).toBe(422);
  });
});

describe('a rotation', () => {
  it('is refused where its If-Match names another version, and answers the new one', async () => {
    const { json, headers } = await service.acme('POST', '/v1/endpoints', URL);
    const rotate = (tag: string) =>
      service.acme('POST', `/v1/endpoints/${json.id}/rotate-secret`, {}, { 'if-match': tag });
    expect((await rotate('"999"')).status).toBe(412);
    const tag = headers.get('etag') ?? '';
    const rotated = await rotate(tag);
    expect(rotated.status).toBe(200);
    expect(rotated.headers.get('etag')).not.toBe(tag);
    expect((await rotate(tag)).status).toBe(412);
    expect((await rotate(rotated.headers.get('etag') ?? '')).status).toBe(200);
  });
});
