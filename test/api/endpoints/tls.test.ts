// An endpoint's own certificates as the API takes, refuses and shows them.
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientKeyPlace } from '../../../lambdas/core/sealing/places.ts';
import { unseal } from '../../../lambdas/core/sealing/seal.ts';
import {
  type Certificates,
  hasOpenssl,
  makeCertificates,
} from '../../adapters/sender/http/certificates.ts';
import { type ApiService, SEALING_KEY, startApiService } from '../../builders/api-service.ts';

const URL = 'https://hooks.example.org/';
const LIVE = { tenant: 'acme', environment: 'live' } as const;

describe.skipIf(!hasOpenssl)('the setting tls', () => {
  let service: ApiService;
  let made: Certificates;
  beforeAll(async () => {
    service = await startApiService();
    made = makeCertificates();
  });
  afterAll(() => service?.stop());

  const create = (tls: unknown) => service.acme('POST', '/v1/endpoints', { url: URL, tls });
  const mutual = () => ({ clientCertificate: made.client.cert, clientKey: made.client.key });

  it('shows who, until when and the fingerprint, and never the key', async () => {
    const { status, json } = await create({ ca: made.authority.cert, ...mutual() });
    expect(status).toBe(201);
    const { fingerprint256 } = new X509Certificate(made.client.cert);
    expect(json.tls).toEqual({
      ca: [expect.objectContaining({ subject: 'CN=authority' })],
      clientCertificate: {
        subject: 'CN=posthorn.example.org',
        expiresAt: '2099-01-01T00:00:00.000Z',
        fingerprint: fingerprint256,
      },
      minVersion: 'TLSv1.2',
    });
    const read = await service.acme('GET', `/v1/endpoints/${json.id}`);
    expect(read.json.tls).toEqual(json.tls);
    expect(JSON.stringify([json, read.json])).not.toContain('PRIVATE KEY');
    const stored = await service.registry.getEndpoint(LIVE, json.id);
    expect(JSON.stringify(stored)).not.toContain('PRIVATE KEY');
    const place = clientKeyPlace({ ...LIVE, id: json.id });
    expect(unseal(SEALING_KEY, place, stored?.tls?.sealedClientKey ?? '')).toBe(made.client.key);
  });

  it('is null where there is none', async () => {
    const { json } = await service.acme('POST', '/v1/endpoints', { url: URL });
    expect(json.tls).toBeNull();
  });

  const weakKey = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  it.each<[string, () => unknown, string, string]>([
    ['no PEM', () => ({ ca: 'a certificate' }), '/tls/ca', 'must be PEM'],
    [
      'a broken certificate',
      () => ({ ca: made.authority.cert.replace(/\n[A-Za-z0-9]{20}/, '\nAAAAAAAAAAAAAAAAAAAA') }),
      '/tls/ca',
      'cannot be read',
    ],
    [
      'an expired authority',
      () => ({ ca: made.authority.cert + made.expired.cert }),
      '/tls/ca',
      'has expired (CN=hooks.example.org)',
    ],
    [
      'an expired client',
      () => ({ clientCertificate: made.expired.cert, clientKey: made.expired.key }),
      '/tls/clientCertificate',
      'has expired',
    ],
    [
      'a client of the future',
      () => ({ clientCertificate: made.future.cert, clientKey: made.future.key }),
      '/tls/clientCertificate',
      'not valid yet',
    ],
    [
      'another’s key',
      () => ({ ...mutual(), clientKey: made.valid.key }),
      '/tls/clientKey',
      'is not the key of clientCertificate',
    ],
    ['no key', () => ({ clientCertificate: made.client.cert }), '/tls/clientKey', 'is missing'],
    ['no certificate', () => ({ clientKey: made.client.key }), '/tls/clientCertificate', 'missing'],
    ['no key PEM', () => ({ ...mutual(), clientKey: 'x' }), '/tls/clientKey', 'must be PEM'],
    [
      'a key in the bundle',
      () => ({ ca: made.authority.cert + made.authority.key }),
      '/tls/ca',
      'must not contain a private key',
    ],
    [
      'a weak key',
      () => ({
        ...mutual(),
        clientKey: weakKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      }),
      '/tls/clientKey',
      'has 1024 bits',
    ],
    [
      'a key with a passphrase',
      () => ({
        ...mutual(),
        clientKey: generateKeyPairSync('ec', { namedCurve: 'P-256' })
          .privateKey.export({
            type: 'pkcs8',
            format: 'pem',
            cipher: 'aes-256-cbc',
            passphrase: 'p',
          })
          .toString(),
      }),
      '/tls/clientKey',
      'has a passphrase',
    ],
    ['an old version', () => ({ minVersion: 'TLSv1.1' }), '/tls/minVersion', 'TLSv1.2'],
    ['an unknown field', () => ({ cert: '' }), '/tls/cert', 'is not a known field'],
  ])('refuses %s by its path', async (_, tls, path, message) => {
    const { status, json } = await create(tls());
    expect(status).toBe(422);
    expect(json.errors).toContainEqual({ path, message: expect.stringContaining(message) });
    expect(JSON.stringify(json)).not.toContain('PRIVATE KEY-----\n');
  });

  it('stays through a change of another setting, also once it has expired', async () => {
    const { json } = await create(mutual());
    const nowMs = service.clock.nowMs;
    try {
      service.clock.nowMs = Date.parse('2100-01-01');
      const changed = await service.acme('PATCH', `/v1/endpoints/${json.id}`, { description: 'd' });
      expect(changed.status).toBe(200);
      expect(changed.json.tls).toEqual(json.tls);
    } finally {
      service.clock.nowMs = nowMs;
    }
  });

  it('is replaced whole by a change, and cleared by null', async () => {
    const { json } = await create({ ca: made.authority.cert, ...mutual() });
    const path = `/v1/endpoints/${json.id}`;
    const replaced = await service.acme('PATCH', path, { tls: { minVersion: 'TLSv1.3' } });
    expect(replaced.json.tls).toEqual({ ca: [], clientCertificate: null, minVersion: 'TLSv1.3' });
    expect((await service.acme('PATCH', path, { tls: null })).json.tls).toBeNull();
    expect((await service.registry.getEndpoint(LIVE, json.id))?.tls).toBeUndefined();
  });

  it('takes a renewed certificate without its key, if the key stays the same', async () => {
    const { json } = await create(mutual());
    const path = `/v1/endpoints/${json.id}`;
    const same = { tls: { clientCertificate: made.client.cert } };
    expect((await service.acme('PATCH', path, same)).status).toBe(200);
    const stored = await service.registry.getEndpoint(LIVE, json.id);
    const sealed = stored?.tls?.sealedClientKey ?? '';
    expect(unseal(SEALING_KEY, clientKeyPlace({ ...LIVE, id: json.id }), sealed)).toBe(
      made.client.key,
    );
    const other = { tls: { clientCertificate: made.valid.cert } };
    const refusal = await service.acme('PATCH', path, other);
    expect(refusal.json.errors).toEqual([
      { path: '/tls/clientKey', message: 'is not the key of clientCertificate' },
    ]);
  });
});
