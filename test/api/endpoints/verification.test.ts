import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TestReport, TestRequest } from '../../../lambdas/core/deliveries/test.ts';
import type { Health } from '../../../lambdas/core/health/health.ts';
import { type ApiService, type Ask, startApiService } from '../../builders/api-service.ts';

let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service?.stop());
beforeEach(() => {
  service.tested.length = 0;
  service.woken.length = 0;
  service.modes.verifyUrl = 'optional';
  service.dispatch.answer = silent;
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});

const URL = 'https://hooks.acme.com/posthorn';

function report(status: number, body: string): TestReport {
  return {
    outcome: `http_${status}`,
    detail: null,
    sentAt: '2026-01-31T09:30:00.000Z',
    durationMs: 12,
    timings: null,
    request: { method: 'POST', url: URL, headers: {}, body: '{}' },
    response: { status, headers: {}, body },
  };
}
const silent = () => report(200, 'ok');
const echo = ({ challenge }: TestRequest) => report(200, `${challenge}`);

async function anEndpoint(more: object = { verifyUrl: true }) {
  const made = await service.acme('POST', '/v1/endpoints', { url: URL, ...more });
  expect(made.status, JSON.stringify(made.json)).toBe(201);
  return made.json;
}
const patch = (id: string, changes: object) =>
  service.acme('PATCH', `/v1/endpoints/${id}`, changes);
const verify = (id: string) => service.acme('POST', `/v1/endpoints/${id}/verify`);
const healthOf = async (id: string) =>
  (await service.acme('GET', `/v1/endpoints/${id}`)).json.health;

describe('an endpoint whose URL is to be proved', () => {
  it('is held until it is, though a try is made at once', async () => {
    const { id, status, verifiedAt, health } = await anEndpoint();
    expect([status, verifiedAt, health.pausedBy]).toEqual(['unverified', null, 'verification']);
    expect(service.tested).toEqual([
      {
        tenant: 'acme',
        environment: 'live',
        endpointId: id,
        challenge: expect.stringMatching(/^[\w-]{32}$/),
        limitMs: 5_000,
      },
    ]);
    expect(await healthOf(id)).toMatchObject({ state: 'paused', pausedBy: 'verification' });
  });

  it('is active at once where the try is echoed', async () => {
    service.dispatch.answer = echo;
    const made = await anEndpoint();
    expect(made).toMatchObject({ status: 'active', verifyUrl: true });
    expect(made.verifiedAt).toEqual(expect.any(String));
    expect(service.woken).toEqual([expect.objectContaining({ endpointId: made.id })]);
  });

  it('stands also where dispatch cannot try', async () => {
    service.dispatch.answer = undefined;
    expect((await anEndpoint()).status).toBe('unverified');
  });

  it.each<[string, (request: TestRequest) => TestReport, boolean]>([
    ['plain text', echo, true],
    ['plain text and a line end', ({ challenge }) => report(200, `${challenge}\n`), true],
    ['JSON', ({ challenge }) => report(201, JSON.stringify({ challenge })), true],
    ['JSON text', ({ challenge }) => report(200, JSON.stringify(challenge)), true],
    ['an error', ({ challenge }) => report(404, `${challenge}`), false],
    ['a redirect', ({ challenge }) => report(302, `${challenge}`), false],
    ['another challenge', () => report(200, 'x'.repeat(32)), false],
    ['more than the challenge', ({ challenge }) => report(200, `<b>${challenge}</b>`), false],
    ['JSON of another form', ({ challenge }) => report(200, `{"data":"${challenge}"}`), false],
    ['half JSON', ({ challenge }) => report(200, `{"challenge":"${challenge}"`), false],
    ['null', () => report(200, 'null'), false],
    ['no answer', () => ({ ...report(200, ''), outcome: 'dns', response: null }), false],
  ])('proves it by %s: %#', async (_, answer, isProof) => {
    const { id } = await anEndpoint();
    service.dispatch.answer = answer;
    const { status, json } = await verify(id);
    expect([status, json.verified]).toEqual([200, isProof]);
    expect(json.endpoint.status).toBe(isProof ? 'active' : 'unverified');
    expect(json.exchange.request.url).toBe(URL);
    expect((await healthOf(id)).state).toBe(isProof ? 'recovering' : 'paused');
    expect(service.woken).toHaveLength(isProof ? 1 : 0);
  });

  it('gets a new challenge each time', async () => {
    const { id } = await anEndpoint();
    await verify(id);
    await verify(id);
    expect(new Set(service.tested.map(({ challenge }) => challenge)).size).toBe(3);
  });

  it('is neither resumed nor tested before', async () => {
    const { id } = await anEndpoint();
    service.tested.length = 0;
    expect((await service.acme('POST', `/v1/endpoints/${id}/test`)).status).toBe(409);
    const many = await service.acme('POST', '/v1/endpoints/test', { filter: { ids: [id] } });
    expect(many.json.results).toEqual([
      { endpoint: id, error: expect.objectContaining({ status: 409 }) },
    ]);
    expect(service.tested).toEqual([]);
  });

  it('is not proved by an echo for another URL', async () => {
    const { id } = await anEndpoint();
    service.dispatch.answer = echo;
    service.between.run = async () => {
      service.dispatch.answer = silent;
      expect((await patch(id, { url: `${URL}/elsewhere` })).status).toBe(200);
    };
    expect((await verify(id)).status).toBe(409);
    const now = (await service.acme('GET', `/v1/endpoints/${id}`)).json;
    expect([now.status, now.url]).toEqual(['unverified', `${URL}/elsewhere`]);
    expect((await healthOf(id)).state).toBe('paused');
  });

  it('is to be proved anew when its URL changes, and not when anything else does', async () => {
    service.dispatch.answer = echo;
    const { id } = await anEndpoint();
    service.dispatch.answer = silent;
    expect((await patch(id, { description: 'x', url: URL })).json.status).toBe('active');
    const moved = await patch(id, { url: `${URL}/new` });
    expect([moved.json.status, moved.json.verifiedAt]).toEqual(['unverified', null]);
    expect(await healthOf(id)).toMatchObject({ state: 'paused', pausedBy: 'verification' });
    service.dispatch.answer = echo;
    expect((await patch(id, { url: `${URL}/newer` })).json.status).toBe('active');
  });

  it('may begin to be so, and cease to be so', async () => {
    const { id } = await anEndpoint({});
    expect((await patch(id, { verifyUrl: true })).json.status).toBe('unverified');
    expect((await healthOf(id)).pausedBy).toBe('verification');
    expect((await patch(id, { verifyUrl: false })).json.status).toBe('active');
    expect((await healthOf(id)).state).toBe('recovering');
  });

  it('is not held by a change that somebody else overtook', async () => {
    const { id } = await anEndpoint({});
    service.between.run = async () => void (await patch(id, { description: 'faster' }));
    expect((await patch(id, { verifyUrl: true })).status).toBe(409);
    expect((await healthOf(id)).state).toBe('healthy');
    expect((await service.acme('GET', `/v1/endpoints/${id}`)).json.status).toBe('active');
  });

  it('is not held any more by what an older version stored, once it is proved', async () => {
    service.dispatch.answer = echo;
    const { id } = await anEndpoint();
    const address = { tenant: 'acme', environment: 'live', endpointId: id } as const;
    const { health, version } = await service.health.getHealth(address);
    const paused = { ...health, state: 'paused', pausedBy: 'verification' };
    await service.health.putHealth(address, paused as Health, version);
    const { status, health: now } = (await service.acme('GET', `/v1/endpoints/${id}`)).json;
    expect({ status, ...now }).toMatchObject({
      status: 'active',
      state: 'healthy',
      pausedBy: null,
    });
    const [listed] = (await service.acme('GET', '/v1/endpoints?limit=100')).json.data.filter(
      (one: { id: string }) => one.id === id,
    );
    expect(listed.health.state).toBe('healthy');
  });

  it('is not paused by a change of its URL that failed', async () => {
    service.dispatch.answer = echo;
    const { id } = await anEndpoint();
    service.between.run = () => Promise.reject(new Error('the write failed'));
    expect((await patch(id, { url: `${URL}/b` })).status).toBe(500);
    const after = (await service.acme('GET', `/v1/endpoints/${id}`)).json;
    expect(after).toMatchObject({ url: URL, status: 'active' });
  });

  it('is not paused by a change that was undone, its template being deleted meanwhile', async () => {
    const template = await service.acme('POST', '/v1/templates', { name: 't', settings: {} });
    const { id } = await anEndpoint({});
    service.between.run = async () => {
      await service.acme('DELETE', `/v1/templates/${template.json.id}`);
    };
    const change = await patch(id, { template: template.json.id, verifyUrl: true });
    expect(change.status).toBe(409);
    const after = (await service.acme('GET', `/v1/endpoints/${id}`)).json;
    expect(after).toMatchObject({ verifyUrl: false, status: 'active' });
  });

  it('is the same 404 for another tenant, the other environment and none', async () => {
    const { id } = await anEndpoint();
    service.tested.length = 0;
    const form = async (ask: Ask, of: string) => {
      const { status, json } = await ask('POST', `/v1/endpoints/${of}/verify`);
      return { status, json: { ...json, requestId: undefined } };
    };
    const none = await form(service.acme, 'ep_01h455vb4pex5vsknk084sn02q');
    expect(none.status).toBe(404);
    for (const ask of [service.globex, service.acmeTest]) expect(await form(ask, id)).toEqual(none);
    expect(service.tested).toEqual([]);
  });

  it('may be one of many that are made at once', async () => {
    const endpoints = [{ url: URL, verifyUrl: true }, { url: URL }];
    const { json } = await service.acme('POST', '/v1/endpoints/bulk', { endpoints });
    const status = json.results.map((one: { endpoint: { status: string } }) => one.endpoint.status);
    expect(status).toEqual(['unverified', 'active']);
  });
});

describe('the stack', () => {
  it('may offer no proof', async () => {
    service.modes.verifyUrl = 'never';
    const answer = await service.acme('POST', '/v1/endpoints', { url: URL, verifyUrl: true });
    expect(answer.status).toBe(422);
    expect(answer.json.errors[0].path).toBe('/verifyUrl');
    expect((await anEndpoint({})).status).toBe('active');
  });

  it('may want it of every new URL', async () => {
    const { id } = await anEndpoint({});
    service.modes.verifyUrl = 'always';
    expect((await anEndpoint({})).status).toBe('unverified');
    const refused = await service.acme('POST', '/v1/endpoints', { url: URL, verifyUrl: false });
    expect(refused.status).toBe(422);
    // What was there before goes on until its URL changes.
    expect((await patch(id, { description: 'x' })).json.status).toBe('active');
    expect((await patch(id, { url: `${URL}/new` })).json.status).toBe('unverified');
    expect((await patch(id, { verifyUrl: false })).status).toBe(422);
  });
});

describe('POST /v1/endpoints/test', () => {
  it('tests all that the filter means, side by side, and shows each exchange', async () => {
    const ask = await service.keyOf('many', 'live');
    for (let n = 0; n < 3; n++) await ask('POST', '/v1/endpoints', { url: `${URL}/${n}` });
    await ask('POST', '/v1/endpoints', { url: URL, contract: 'bynn' });
    const filter = { contract: 'standard-webhooks' };
    const data = '{ "n":1.0 }';
    const answer = await ask(
      'POST',
      '/v1/endpoints/test',
      `{"filter":${JSON.stringify(filter)},"type":"a.b","data":${data}}`,
    );
    expect([answer.status, answer.json.next]).toEqual([200, null]);
    expect(answer.json.results.map((one: { test: TestReport }) => one.test)).toEqual(
      Array.from({ length: 3 }, silent),
    );
    expect(service.tested).toHaveLength(3);
    for (const sent of service.tested) expect(sent).toMatchObject({ eventType: 'a.b', data });
  });

  it('goes on in pages, and one that fails is one result', async () => {
    const ask = await service.keyOf('more', 'live');
    const endpoints = Array.from({ length: 5 }, () => ({ url: URL }));
    const { json } = await ask('POST', '/v1/endpoints/bulk', { endpoints });
    const ids = json.results.map((one: { endpoint: { id: string } }) => one.endpoint.id).sort();
    const first = await ask('POST', '/v1/endpoints/test', { filter: {}, limit: 3 });
    expect(first.json.results.map((one: { endpoint: string }) => one.endpoint)).toEqual(
      ids.slice(0, 3),
    );
    service.dispatch.answer = undefined;
    const cursor = first.json.next;
    const rest = await ask('POST', '/v1/endpoints/test', { filter: {}, limit: 3, cursor });
    expect(rest.json).toEqual({
      results: ids.slice(3).map((endpoint: string) => ({
        endpoint,
        error: expect.objectContaining({ status: 503 }),
      })),
      next: null,
    });
  });

  it('reaches no endpoint of another tenant or environment', async () => {
    const { id } = await anEndpoint({});
    for (const ask of [service.globex, service.acmeTest]) {
      for (const filter of [{}, { ids: [id] }]) {
        const { json } = await ask('POST', '/v1/endpoints/test', { filter });
        expect(json.results).toEqual([]);
      }
    }
    expect(service.tested).toEqual([]);
    const reader = await service.keyOf('acme', 'live', ['endpoints:read']);
    expect((await reader('POST', '/v1/endpoints/test', { filter: {} })).status).toBe(403);
  });

  it.each<[string, object, string]>([
    ['no filter', {}, '/filter'],
    ['too many at once', { filter: {}, limit: 21 }, '/limit'],
    ['a bad type', { filter: {}, type: 'no good' }, '/type'],
  ])('refuses %s', async (_, body, path) => {
    const answer = await service.acme('POST', '/v1/endpoints/test', body);
    expect(answer.status).toBe(422);
    expect(answer.json.errors[0].path).toBe(path);
  });
});
