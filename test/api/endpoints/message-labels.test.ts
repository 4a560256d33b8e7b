// HTTP message signatures with an endpoint's secrets, through rotations: a receiver knows its own signature by its label
// and its key id, both as the API shows them.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEndpointCache } from '../../../lambdas/dispatch/endpoint-cache.ts';
import { formRequest } from '../../../lambdas/dispatch/request.ts';
import type { ApiService } from '../../builders/api-service.ts';
import { startService } from '../../builders/broken-calls.ts';
import { anEvent } from '../../builders/events.ts';

let service: ApiService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service?.stop());

const SCOPE = { tenant: 'acme', environment: 'live' } as const;
const HMAC = { scheme: 'http-message', algorithm: 'hmac-sha256' };

/** The key ids that a delivery is signed with now, by their labels. */
async function signedWith(id: string): Promise<Record<string, string>> {
  const { endpoints, sealing, surroundings } = service;
  const cache = createEndpointCache({
    registry: endpoints,
    secrets: { sealingKey: async () => sealing.keys },
    signingKeys: async () => [],
    surroundings,
  });
  const open = (await cache([{ ...SCOPE, id }])).get(id);
  if (!open || open.isDeleted) throw new Error('there is no such endpoint');
  const formed = await formRequest(open, anEvent(), {
    nowMs: surroundings.now(),
    attempt: 1,
    random: Buffer.alloc(40, 7),
    issuer: 'posthorn',
  });
  if (formed.kind !== 'formed') throw new Error(formed.reason);
  const input = formed.headers.find(([name]) => name === 'Signature-Input')?.[1] ?? '';
  const found = input.matchAll(/(?:^|, )([a-z0-9_.*-]+)=\([^)]*\)[^,]*;keyid="([^"]+)"/g);
  return Object.fromEntries([...found].map(([, label, keyId]) => [label, keyId]));
}

async function made(settings: object) {
  const asked = { url: 'https://acme.io/a', ...settings };
  const { json } = await service.acme('POST', '/v1/endpoints', asked);
  const path = `/v1/endpoints/${json.id}`;
  const rotate = async (body: object = {}) =>
    (await service.acme('POST', `${path}/rotate-secret`, body)).json;
  const secret = async () => (await service.acme('GET', `${path}/secret`)).json;
  return { id: String(json.id), path, rotate, secret };
}

describe('the label and the key id of a secret', () => {
  it('are shown, and stay its own as long as it signs', async () => {
    const { id, path, rotate, secret } = await made({ signatures: [HMAC] });
    const first = await secret();
    expect(first.label).toBe('posthorn');
    expect(await signedWith(id)).toEqual({ posthorn: first.keyId });

    const second = await rotate();
    expect(second.label).toBe('posthorn-2');
    expect(await secret()).toEqual(second);
    const both = { posthorn: first.keyId, 'posthorn-2': second.keyId };
    expect(await signedWith(id)).toEqual(both);

    // Whatever else changes.
    await service.acme('PATCH', path, { timeoutMs: 5_000 });
    expect(await signedWith(id)).toEqual(both);
    const third = await rotate();
    expect(third.label).toBe('posthorn-3');
    expect(await signedWith(id)).toEqual({ ...both, 'posthorn-3': third.keyId });

    // The second one ends with the first; the last one keeps what it has.
    const last = await rotate({ overlapSeconds: 0 });
    expect(last.label).toBe('posthorn-4');
    expect(await signedWith(id)).toEqual({ 'posthorn-4': last.keyId });
    expect(new Set([first, second, third, last].map(({ keyId }) => keyId)).size).toBe(4);
  });

  it('are of the label that was chosen, and of the key that was brought', async () => {
    const text = 'the_secret_signing_key@!';
    const signatures = [{ ...HMAC, label: 'sig1' }];
    const { id, rotate, secret } = await made({ contract: 'bronid', secret: text, signatures });
    const { keyId, label } = await secret();
    const inner = createHash('sha256').update(text).digest();
    const expected = createHash('sha256').update('posthorn keyid\n').update(inner).digest('hex');
    expect([label, keyId]).toEqual(['sig1', expected.slice(0, 16)]);
    await rotate();
    expect(Object.keys(await signedWith(id)).toSorted()).toEqual(['sig1', 'sig1-2']);
  });

  it('are as they were of an endpoint whose secrets were rotated before', async () => {
    const { id, rotate } = await made({ signatures: [HMAC] });
    await rotate();
    const stored = await service.endpoints.getEndpoint(SCOPE, id);
    if (!stored) throw new Error('it was stored');
    const { secretNumber: _, retiringSecrets = [], ...rest } = stored;
    const before = retiringSecrets.map(({ sealed, untilMs }) => ({ sealed, untilMs }));
    await service.endpoints.replaceEndpoint(stored, { ...rest, retiringSecrets: before });
    const old = await signedWith(id);
    expect(Object.keys(old)).toEqual(['posthorn', 'posthorn-2']);
    const next = await rotate();
    expect(next.label).toBe('posthorn-3');
    expect(await signedWith(id)).toEqual({ ...old, 'posthorn-3': next.keyId });
  });

  it.each([
    {},
    { signatures: [{ scheme: 'http-message' }] },
    { signatures: [{ scheme: 'v1a' }] },
    { signatures: [{ scheme: 'http-message', algorithm: 'rsa-v1_5-sha256' }] },
  ])('are not shown where the secret makes no such signature: %j', async (settings) => {
    const { secret } = await made(settings);
    expect(Object.keys(await secret()).toSorted()).toEqual(['previousValidUntil', 'secret']);
  });
});

describe('an endpoint is answered with warnings', () => {
  const KID = {
    path: '/contractOptions/kid',
    message: expect.stringContaining('libraries that look up the key of a JWT in a JWKS need true'),
  };
  const TWO = { path: '/signatures', message: expect.stringContaining('is one key for two') };
  it.each<[settings: object, warnings: object[]]>([
    [{ contract: 'bynn' }, [KID]],
    [{ contract: 'bynn', contractOptions: { kid: false } }, [KID]],
    [{ contract: 'bynn', contractOptions: { jwtReference: 'include' } }, [KID]],
    [{ contract: 'bynn', signatures: [{ scheme: 'http-message' }] }, [KID]],
    [{ contract: 'bynn', contractOptions: { kid: true } }, []],
    [{ contract: 'bynn', ownSignature: false, signatures: [{ scheme: 'http-message' }] }, []],
    [{ contract: 'kyc-hmac', signatures: [{ scheme: 'standard-webhooks' }] }, [TWO]],
    [{ signatures: [{ scheme: 'kyc-hmac' }] }, [TWO]],
    [{ signatures: [{ scheme: 'bronid' }, { scheme: 'v1a' }] }, [TWO]],
    [
      { contract: 'bynn', signatures: [{ scheme: 'idnow' }, { scheme: 'standard-webhooks' }] },
      [KID, TWO],
    ],
    [{ contract: 'kyc-hmac', signatures: [{ scheme: 'bronid' }] }, []],
    [{ signatures: [{ scheme: 'v1a' }] }, []],
    [{}, []],
  ])('with %j', async (settings, warnings) => {
    const asked = { url: 'https://acme.io/a', ...settings };
    const one = await service.acme('POST', '/v1/endpoints', asked);
    expect([one.status, one.json.warnings]).toEqual([201, warnings]);
    const { json } = await service.acme('POST', '/v1/endpoints/bulk', { endpoints: [asked] });
    expect(json.results[0].endpoint.warnings).toEqual(warnings);
    const path = `/v1/endpoints/${one.json.id}`;
    expect((await service.acme('GET', path)).json).toEqual(one.json);
  });

  it('until the setting is changed', async () => {
    const asked = { url: 'https://acme.io/a', contract: 'bynn' };
    const { json } = await service.acme('POST', '/v1/endpoints', asked);
    const change = { contractOptions: { kid: true } };
    const changed = await service.acme('PATCH', `/v1/endpoints/${json.id}`, change);
    expect([changed.status, changed.json.warnings]).toEqual([200, []]);
  });
});
