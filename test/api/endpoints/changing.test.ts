import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authenticationPlace } from '../../../lambdas/core/sealing/places.ts';
import { unseal } from '../../../lambdas/core/sealing/seal.ts';
import { type ApiService, SEALING_KEY, startApiService } from '../../builders/api-service.ts';

let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service?.stop());

const URL = 'https://hooks.acme.com/posthorn';
const LIVE = { tenant: 'acme', environment: 'live' } as const;

async function anEndpoint(more: object = {}): Promise<string> {
  const made = await service.acme('POST', '/v1/endpoints', { url: URL, ...more });
  expect(made.status, JSON.stringify(made.json)).toBe(201);
  return made.json.id;
}
const patch = (id: string, changes: unknown, headers: Record<string, string> = {}) =>
  service.acme('PATCH', `/v1/endpoints/${id}`, changes, headers);
const faultsIn = (answer: { json: { errors?: { path: string }[] } }) =>
  (answer.json.errors ?? []).map(({ path }) => path).sort();

describe('PATCH', () => {
  it('changes every setting that an endpoint may be made with', async () => {
    const id = await anEndpoint();
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const changes = {
      url: 'https://new.acme.com:8443/in?a=b',
      contractOptions: { signature: 'v1' },
      eventTypes: ['dossier.*'],
      channels: ['eu'],
      method: 'PUT',
      headers: { 'X-Team': 'kyc' },
      timeoutMs: 5_000,
      retryPolicy: { immediate: false, steps: [{ count: 2, seconds: 5 }], jitter: 0 },
      autoPause: false,
      maxPerSecond: 7,
      description: 'a new one',
      signatures: [{ scheme: 'kyc-hmac', signedContent: 'body' }],
      ownSignature: false,
      authentication: [{ type: 'header', name: 'X-Api-Key', value: 'short' }],
      renameHeaders: { 'X-Webhook-ID': 'X-Id' },
      timingHeaders: true,
    };
    const jwk = publicKey.export({ format: 'jwk' });
    const answer = await patch(id, { ...changes, encryption: { jwk } });
    expect(answer.status, JSON.stringify(answer.json)).toBe(200);
    const shown = { ...changes, authentication: [expect.objectContaining({ type: 'header' })] };
    expect(answer.json).toMatchObject({ ...shown, id, encryption: { alg: 'RSA-OAEP-256' } });
    const read = await service.acme('GET', `/v1/endpoints/${id}`);
    expect(read.json).toEqual(answer.json);
  });

  it('leaves what is not named as it is, sealed values and the secret included', async () => {
    const credential = 'credential-of-thirty-characters!';
    const id = await anEndpoint({
      eventTypes: ['a.b'],
      maxPerSecond: 3,
      headers: { 'X-Team': 'kyc' },
      authentication: [{ type: 'bearer', token: credential }],
      contract: 'idnow',
      contractOptions: { headerName: 'X-Signature' },
    });
    const before = await service.acme('GET', `/v1/endpoints/${id}`);
    const secret = await service.acme('GET', `/v1/endpoints/${id}/secret`);
    const answer = await patch(id, { description: 'new' });
    expect(answer.json).toEqual({ ...before.json, description: 'new' });
    expect((await service.acme('GET', `/v1/endpoints/${id}/secret`)).json).toEqual(secret.json);
    const stored = await service.registry.getEndpoint(LIVE, id);
    const [sealed] = stored?.authentication ?? [];
    const place = authenticationPlace({ ...LIVE, id });
    expect(unseal(SEALING_KEY, place, sealed?.sealedValue ?? '')).toBe(`Bearer ${credential}`);
  });

  it('takes what is masked for what it masks: a document that was read may be sent back', async () => {
    const id = await anEndpoint({
      authentication: [{ type: 'header', name: 'X-Api-Key', value: 'k'.repeat(30) }],
    });
    const shown = (await service.acme('GET', `/v1/endpoints/${id}`)).json.authentication;
    const answer = await patch(id, {
      authentication: [{ type: 'bearer', token: 't'.repeat(30) }, ...shown],
    });
    expect(answer.json.authentication).toHaveLength(2);
    const stored = await service.registry.getEndpoint(LIVE, id);
    const place = authenticationPlace({ ...LIVE, id });
    const values = (stored?.authentication ?? []).map(({ sealedValue }) =>
      unseal(SEALING_KEY, place, sealedValue),
    );
    expect(values).toEqual([`Bearer ${'t'.repeat(30)}`, 'k'.repeat(30)]);
  });

  it('sets back to the default what is null', async () => {
    const id = await anEndpoint({
      maxPerSecond: 3,
      eventTypes: ['a'],
      retryPolicy: 'none',
      authentication: [{ type: 'bearer', token: 't' }],
    });
    const answer = await patch(id, {
      maxPerSecond: null,
      eventTypes: null,
      retryPolicy: null,
      authentication: null,
      timeoutMs: null,
    });
    expect(answer.json).toMatchObject({
      maxPerSecond: null,
      eventTypes: [],
      retryPolicy: 'forty-days',
      authentication: [],
      timeoutMs: 10_000,
    });
  });

  it.each<[string, unknown, string[]]>([
    ['an unknown field', { colour: 'red' }, ['/colour']],
    ['an unknown field that is null', { colour: null }, ['/colour']],
    ['what only answers hold', { id: 'ep_1', status: 'active' }, ['/id', '/status']],
    ['the secret', { secret: 's'.repeat(30) }, ['/secret']],
    ['the token', { token: 'wh_other_token' }, ['/token']],
    ['the contract', { contract: 'bynn' }, ['/contract']],
    ['a URL without a value', { url: null }, ['/url']],
    ['a private address', { url: 'https://10.0.0.1/in' }, ['/url']],
    ['plain HTTP', { url: 'http://hooks.acme.com/in' }, ['/url']],
    ['a cloud’s metadata', { url: 'https://[::ffff:169.254.169.254]/latest' }, ['/url']],
    ['several faults', { timeoutMs: 1, method: 'GET', x: 1 }, ['/method', '/timeoutMs', '/x']],
    [
      'a wrong option of the contract',
      { contractOptions: { kid: true } },
      ['/contractOptions/kid'],
    ],
    ['a prototype', '{"__proto__":{"url":"https://a.b.com"}}', ['/__proto__']],
    ['a list', [], ['']],
    ['a field that stands twice', '{"timeoutMs":2000,"timeoutMs":3000}', ['/timeoutMs']],
    ['lone surrogates in a URL', { url: 'https://hooks.acme.com/\ud800 ' }, ['/url']],
  ])('refuses %s', async (_, changes, paths) => {
    const id = await anEndpoint();
    const answer = await patch(id, changes);
    expect(answer.status).toBe(422);
    expect(faultsIn(answer)).toEqual(paths);
    expect((await service.acme('GET', `/v1/endpoints/${id}`)).headers.get('etag')).toBe('"1"');
  });

  it('finds what conflicts with a setting that stays', async () => {
    const id = await anEndpoint({ headers: { 'X-Team': 'kyc' } });
    const clash = { authentication: [{ type: 'header', name: 'x-team', value: 'v' }] };
    expect(faultsIn(await patch(id, clash))).toEqual(['/authentication/0/name']);
    const both = { ...clash, headers: {} };
    expect((await patch(id, both)).status).toBe(200);
    expect(faultsIn(await patch(id, { headers: { 'X-Team': 'kyc' } }))).toEqual([
      '/authentication/0/name',
    ]);
  });

  it('knows of an asymmetric secret without being told it again', async () => {
    const id = await anEndpoint({ contractOptions: { signature: 'v1a' } });
    const answer = await patch(id, { signatures: [{ scheme: 'kyc-hmac' }] });
    expect(faultsIn(answer)).toEqual(['/signatures/0/scheme']);
    expect(JSON.stringify(answer.json)).not.toContain('whsk_A');
  });

  it('makes the stack’s key that a new signature needs', async () => {
    const id = await anEndpoint();
    expect((await patch(id, { signatures: [{ scheme: 'v1a' }] })).status).toBe(200);
  });

  it('is for keys that may write endpoints', async () => {
    const id = await anEndpoint();
    const reader = await service.keyOf('acme', 'live', ['endpoints:read']);
    expect((await reader('PATCH', `/v1/endpoints/${id}`, {})).status).toBe(403);
    expect((await service.app.request(`/v1/endpoints/${id}`, { method: 'PATCH' })).status).toBe(
      401,
    );
  });

  it('shows fan-out the new subscription at once', async () => {
    const id = await anEndpoint({ eventTypes: ['old'] });
    const before = await service.registry.subscribersOf([LIVE]);
    expect([...before.values()].flat().find((one) => one?.id === id)?.eventTypes).toEqual(['old']);
    await patch(id, { eventTypes: ['new'] });
    const after = await service.registry.subscribersOf([LIVE]);
    expect([...after.values()].flat().find((one) => one?.id === id)?.eventTypes).toEqual(['new']);
  });
});

describe('an entity tag', () => {
  it('comes with each answer and changes with each change', async () => {
    const made = await service.acme('POST', '/v1/endpoints', { url: URL });
    expect(made.headers.get('etag')).toBe('"1"');
    const { id } = made.json;
    expect((await service.acme('GET', `/v1/endpoints/${id}`)).headers.get('etag')).toBe('"1"');
    expect((await patch(id, { timeoutMs: 2_000 })).headers.get('etag')).toBe('"2"');
    await service.acme('POST', `/v1/endpoints/${id}/rotate-secret`);
    expect((await service.acme('GET', `/v1/endpoints/${id}`)).headers.get('etag')).toBe('"3"');
  });

  it.each([{}, { timeoutMs: 3_000 }, { headers: { A: '1' }, url: URL }])(
    'stays after a change to what it is already: %j',
    async (changes) => {
      const settings = { timeoutMs: 3_000, headers: { A: '1' } };
      const made = await service.acme('POST', '/v1/endpoints', { url: URL, ...settings });
      const answer = await patch(made.json.id, changes);
      expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"1"']);
      expect(answer.json).toMatchObject(settings);
    },
  );

  it.each(['"2"', 'W/"1"', '"", "11"', '"9", "3"'])('%s that is stale is 412', async (tag) => {
    const id = await anEndpoint();
    const headers = { 'if-match': tag };
    const answer = await patch(id, { timeoutMs: 2_000 }, headers);
    expect(answer.status).toBe(412);
    expect(answer.headers.get('etag')).toBe('"1"');
    const removal = await service.acme('DELETE', `/v1/endpoints/${id}`, undefined, headers);
    expect(removal.status).toBe(412);
    expect((await service.acme('GET', `/v1/endpoints/${id}`)).json.timeoutMs).toBe(10_000);
  });

  it.each(['"1"', '*', '"7", "1"', ' "1" '])('%s that matches lets it pass', async (tag) => {
    const id = await anEndpoint();
    expect((await patch(id, { timeoutMs: 2_000 }, { 'if-match': tag })).status).toBe(200);
    const removal = await service.acme('DELETE', `/v1/endpoints/${id}`, undefined, {
      'if-match': '"2"',
    });
    expect(removal.status).toBe(204);
    expect((await service.acme('GET', `/v1/endpoints/${id}`)).status).toBe(404);
  });

  it.each(['1', '"1', '"a" "b"', '', '*, "1"'])('that is none (%s) is 422', async (tag) => {
    const id = await anEndpoint();
    const answer = await patch(id, {}, { 'if-match': tag });
    expect([answer.status, faultsIn(answer)]).toEqual([422, ['If-Match']]);
  });
});

describe('two changes at once', () => {
  it('with one entity tag: one of them is 412', async () => {
    const id = await anEndpoint();
    const answers = await Promise.all(
      [2_000, 3_000, 4_000].map((timeoutMs) => patch(id, { timeoutMs }, { 'if-match': '"1"' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    const done = answers.find(({ status }) => status === 200);
    expect((await service.acme('GET', `/v1/endpoints/${id}`)).json).toEqual(done?.json);
  });

  it('without one: the later writer is told 409, and nothing is lost', async () => {
    const id = await anEndpoint();
    service.between.run = async () => {
      expect((await patch(id, { maxPerSecond: 5 })).status).toBe(200);
    };
    expect((await patch(id, { timeoutMs: 2_000 })).status).toBe(409);
    const { json } = await service.acme('GET', `/v1/endpoints/${id}`);
    expect(json).toMatchObject({ maxPerSecond: 5, timeoutMs: 10_000 });
  });

  it('of which one deletes: the change does not bring the endpoint back', async () => {
    const id = await anEndpoint();
    service.between.run = async () => {
      expect((await service.acme('DELETE', `/v1/endpoints/${id}`)).status).toBe(204);
    };
    expect((await patch(id, { timeoutMs: 2_000 })).status).toBe(409);
    expect((await patch(id, { timeoutMs: 2_000 })).status).toBe(404);
  });

  it('of which one is a deletion without a tag: it is carried out on what stands there then', async () => {
    const id = await anEndpoint();
    service.between.run = async () => {
      expect((await patch(id, { timeoutMs: 2_000 })).status).toBe(200);
    };
    expect((await service.acme('DELETE', `/v1/endpoints/${id}`)).status).toBe(204);
    expect((await service.acme('GET', `/v1/endpoints/${id}`)).status).toBe(404);
  });
});

describe('an endpoint of another tenant or environment', () => {
  it('looks like one that does not exist', async () => {
    const id = await anEndpoint();
    const unknown = 'ep_01h455vb4pex5vsknk084sn02q';
    const form = async (ask: typeof service.acme, of: string) => {
      const { status, json } = await ask('PATCH', `/v1/endpoints/${of}`, { timeoutMs: 2_000 });
      return { status, json: { ...json, requestId: undefined } };
    };
    const none = await form(service.acme, unknown);
    expect(none.status).toBe(404);
    for (const ask of [service.globex, service.acmeTest]) expect(await form(ask, id)).toEqual(none);
    for (const bad of [
      'ep_x',
      'evt_01h455vb4pex5vsknk084sn02q',
      '%F0%9F%92%A9',
      'a'.repeat(3_000),
    ]) {
      expect(await form(service.acme, bad)).toEqual(none);
    }
  });
});
