import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiService, startApiService } from '../../builders/api-service.ts';

const URL = 'https://hooks.acme.com/posthorn';
const ELSEWHERE = 'https://elsewhere.example.com/steal';
const TOKEN = 'credential-of-thirty-characters!';
const bearer = [{ type: 'bearer', token: TOKEN }];

let service: ApiService;
/** A key that may change endpoints, and neither read nor change secrets. */
let writer: ApiService['acme'];
beforeAll(async () => {
  service = await startApiService();
  writer = await service.keyOf('acme', 'live', ['endpoints:write', 'endpoints:read']);
});
afterAll(() => service?.stop());

async function anEndpoint(more: object = {}): Promise<string> {
  const made = await service.acme('POST', '/v1/endpoints', {
    url: URL,
    authentication: bearer,
    ...more,
  });
  expect(made.status, made.text).toBe(201);
  return made.json.id;
}

async function aTemplate(name: string): Promise<string> {
  const settings = { authentication: bearer };
  const made = await service.acme('POST', '/v1/templates', { name, settings });
  expect(made.status, made.text).toBe(201);
  return made.json.id;
}

describe('credentials of an endpoint', () => {
  it.each<[string, object, number]>([
    ['go to another path of their origin', { url: 'https://hooks.acme.com/other' }, 200],
    ['go elsewhere where they come with it', { url: ELSEWHERE, authentication: bearer }, 200],
    ['are taken off with it', { url: ELSEWHERE, authentication: null }, 200],
    ['do not go to another host', { url: ELSEWHERE }, 403],
    ['do not go to another port', { url: 'https://hooks.acme.com:8443/posthorn' }, 403],
  ])('%s by a key without secrets:write', async (_, changes, status) => {
    const id = await anEndpoint();
    const answer = await writer('PATCH', `/v1/endpoints/${id}`, changes);
    expect(answer.status, answer.text).toBe(status);
  });

  it('go to another origin by a key with secrets:write, and by the operator’s', async () => {
    const id = await anEndpoint();
    const changed = await service.acme('PATCH', `/v1/endpoints/${id}`, { url: ELSEWHERE });
    expect(changed.status, changed.text).toBe(200);
    const headers = { 'Posthorn-Tenant': 'acme' };
    const back = await service.operator('PATCH', `/v1/endpoints/${id}`, { url: URL }, headers);
    expect(back.status, back.text).toBe(200);
  });

  it('do not come from a template by a key without secrets:write', async () => {
    const template = await aTemplate('with-credentials');
    const body = { url: ELSEWHERE, template };
    expect((await writer('POST', '/v1/endpoints', body)).status).toBe(403);
    const many = await writer('POST', '/v1/endpoints/bulk', { endpoints: [body] });
    expect(many.json.results[0].error.status).toBe(403);
    const id = await anEndpoint({ url: ELSEWHERE, authentication: [] });
    const follows = { template, authentication: null };
    expect((await writer('PATCH', `/v1/endpoints/${id}`, follows)).status).toBe(403);
    expect((await service.acme('PATCH', `/v1/endpoints/${id}`, follows)).status).toBe(200);
    // What it has by now it may keep.
    const answer = await writer('PATCH', `/v1/endpoints/${id}`, { description: 'the same' });
    expect(answer.status, answer.text).toBe(200);
    expect((await writer('PATCH', `/v1/endpoints/${id}`, { url: URL })).status).toBe(403);
  });
});

describe('a masked credential', () => {
  const masked = `${'*'.repeat(28)}ers!`;
  const basic = (username: string, password: string) => [{ type: 'basic', username, password }];
  it.each<[string, object, string]>([
    ['of another user', { authentication: basic('other', masked) }, '/authentication/0/password'],
    [
      'of another type',
      { authentication: [{ type: 'bearer', token: masked }] },
      '/authentication/0/token',
    ],
    [
      'under another name',
      { authentication: [{ type: 'header', name: 'X-Key', value: masked }] },
      '/authentication/0/value',
    ],
  ])('%s is refused, when it is made and when it is changed', async (_, settings, path) => {
    const id = await anEndpoint({ authentication: basic('user', TOKEN) });
    const [before] = (await service.acme('GET', `/v1/endpoints/${id}`)).json.authentication;
    expect(before.password).toBe(masked);
    const answers = [
      await service.acme('PATCH', `/v1/endpoints/${id}`, settings),
      await service.acme('POST', '/v1/endpoints', { url: URL, ...settings }),
    ];
    for (const { status, json } of answers) {
      expect(status).toBe(422);
      expect(json.errors).toEqual([{ path, message: expect.stringContaining('masked') }]);
    }
    const template = await service.acme('POST', '/v1/templates', { name: 'masked', settings });
    expect(template.status).toBe(422);
    expect(template.json.errors[0].path).toBe(`/settings${path}`);
    const [after] = (await service.acme('GET', `/v1/endpoints/${id}`)).json.authentication;
    expect(after).toEqual(before);
  });
});
