import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authenticationPlace } from '../../../lambdas/core/sealing/places.ts';
import { unseal } from '../../../lambdas/core/sealing/seal.ts';
import {
  type ApiService,
  type Ask,
  SEALING_KEY,
  startApiService,
} from '../../builders/api-service.ts';

let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service?.stop());

const URL = 'https://hooks.acme.com/posthorn';
const LIVE = { tenant: 'acme', environment: 'live' } as const;
let count = 0;

async function aTemplate(settings: object = {}, ask: Ask = service.acme) {
  const made = await ask('POST', '/v1/templates', { name: `template-${++count}`, settings });
  expect(made.status, JSON.stringify(made.json)).toBe(201);
  return made.json as { id: string; name: string };
}
async function aFollower(template: string, more: object = {}) {
  const made = await service.acme('POST', '/v1/endpoints', { url: URL, template, ...more });
  expect(made.status, JSON.stringify(made.json)).toBe(201);
  return made.json;
}
const read = async (id: string) => (await service.acme('GET', `/v1/endpoints/${id}`)).json;
const change = (id: string, settings: object, headers = {}) =>
  service.acme('PATCH', `/v1/templates/${id}`, { settings }, headers);
const faultsIn = ({ json }: { json: { errors?: { path: string }[] } }) =>
  (json.errors ?? []).map(({ path }) => path).sort();

describe('a template', () => {
  it('is shown with what it gives, and no more', async () => {
    const { id, name } = await aTemplate({ timeoutMs: 3_000, timingHeaders: false });
    const { status, json, headers } = await service.acme('GET', `/v1/templates/${id}`);
    expect([status, headers.get('etag')]).toEqual([200, '"1"']);
    expect(json).toMatchObject({ id, name, environment: 'live' });
    expect(json.settings).toEqual({
      contract: 'standard-webhooks',
      contractOptions: {},
      timeoutMs: 3_000,
      timingHeaders: false,
    });
    const listed = await service.acme('GET', '/v1/templates');
    expect(listed.json.data).toContainEqual(json);
  });

  it('regression: polling that was given as false was once not shown', async () => {
    const { id } = await aTemplate({ polling: false });
    const { json } = await service.acme('GET', `/v1/templates/${id}`);
    expect(json.settings).toHaveProperty('polling', false);
  });

  it('may hold every setting but what is each endpoint’s own', async () => {
    const settings = {
      contract: 'kyc-hmac',
      contractOptions: { signedContent: 'timestamp.body' },
      eventTypes: ['dossier.*'],
      channels: ['eu'],
      method: 'PUT',
      headers: { 'X-Team': 'kyc' },
      timeoutMs: 5_000,
      retryPolicy: { immediate: false, steps: [{ count: 2, seconds: 5 }], jitter: 0 },
      autoPause: false,
      maxPerSecond: 7,
      description: 'of partners',
      signatures: [{ scheme: 'v1a' }],
      ownSignature: false,
      renameHeaders: { 'X-Webhook-ID': 'X-Id' },
      timingHeaders: true,
    };
    const { id } = await aTemplate(settings);
    expect(await aFollower(id)).toMatchObject({ ...settings, template: id });
    expect((await service.acme('GET', `/v1/templates/${id}`)).json.settings).toMatchObject(
      settings,
    );
  });

  it.each<[string, object, string[]]>([
    ['no name', { settings: {} }, ['/name']],
    ['a name like an id', { name: 'tpl_a' }, ['/name']],
    ['an unknown field', { name: 'a', colour: 'red' }, ['/colour']],
    ['an unknown setting', { name: 'a', settings: { colour: 'red' } }, ['/settings/colour']],
    ['a URL', { name: 'a', settings: { url: URL } }, ['/settings/url']],
    ['a secret', { name: 'a', settings: { secret: 'x'.repeat(40) } }, ['/settings/secret']],
    ['a token', { name: 'a', settings: { token: 'wh_12345678' } }, ['/settings/token']],
    ['verifyUrl', { name: 'a', settings: { verifyUrl: true } }, ['/settings/verifyUrl']],
    ['a template', { name: 'a', settings: { template: 'b' } }, ['/settings/template']],
    ['a wrong value', { name: 'a', settings: { timeoutMs: 1 } }, ['/settings/timeoutMs']],
    [
      'settings that do not go together',
      { name: 'a', settings: { ownSignature: false } },
      ['/settings/ownSignature'],
    ],
    ['settings that are none', { name: 'a', settings: [] }, ['/settings']],
  ])('with %s is refused', async (_, body, paths) => {
    const answer = await service.acme('POST', '/v1/templates', body);
    expect([answer.status, faultsIn(answer)]).toEqual([422, paths]);
  });

  it('shares its name with no other of its tenant', async () => {
    const { name } = await aTemplate();
    expect((await service.acme('POST', '/v1/templates', { name })).status).toBe(409);
    const other = await aTemplate();
    const renamed = await service.acme('PATCH', `/v1/templates/${other.id}`, { name });
    expect(renamed.status).toBe(409);
    expect((await service.globex('POST', '/v1/templates', { name })).status).toBe(201);
    expect((await service.acmeTest('POST', '/v1/templates', { name })).status).toBe(201);
  });

  it('is changed by whoever knows its version only', async () => {
    const { id } = await aTemplate();
    const first = await change(id, { timeoutMs: 2_000 }, { 'if-match': '"1"' });
    expect([first.status, first.headers.get('etag')]).toEqual([200, '"2"']);
    expect((await change(id, { timeoutMs: 3_000 }, { 'if-match': '"1"' })).status).toBe(412);
    const stale = { 'if-match': '"1"' };
    expect((await service.acme('DELETE', `/v1/templates/${id}`, undefined, stale)).status).toBe(
      412,
    );
  });

  it('keeps its version where nothing changes', async () => {
    const token = 't'.repeat(30);
    const authentication = [{ type: 'bearer', token }];
    const { id, name } = await aTemplate({ timeoutMs: 2_000, authentication });
    const shown = (await service.acme('GET', `/v1/templates/${id}`)).json.settings;
    const same = { settings: { timeoutMs: 2_000, authentication: shown.authentication } };
    for (const body of [{}, { name }, same]) {
      const answer = await service.acme('PATCH', `/v1/templates/${id}`, body);
      expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"1"']);
    }
  });

  it('keeps its contract', async () => {
    const { id } = await aTemplate();
    const answer = await change(id, { contract: 'bynn' });
    expect([answer.status, faultsIn(answer)]).toEqual([422, ['/settings/contract']]);
  });
});

describe('an endpoint that follows a template', () => {
  it('is made by its id or its name, and its own settings win', async () => {
    const { id, name } = await aTemplate({ timeoutMs: 3_000, headers: { A: '1' } });
    for (const template of [id, name]) {
      const made = await aFollower(template, { headers: { B: '2' } });
      expect(made).toMatchObject({ template: id, timeoutMs: 3_000, headers: { B: '2' } });
      expect(made.own).toEqual(['contract', 'headers']);
    }
  });

  it('has a changed setting at once, in whatever reads it', async () => {
    const { id } = await aTemplate({ eventTypes: ['a.*'], timeoutMs: 3_000 });
    const follower = await aFollower(id, { channels: ['own'] });
    const other = await service.acme('POST', '/v1/endpoints', { url: URL, timeoutMs: 4_000 });
    const subscribers = async () =>
      (await service.registry.subscribersOf([LIVE])).get('live#acme') ?? [];
    const mine = async () => (await subscribers()).find((one) => one.id === follower.id);
    expect(await mine()).toMatchObject({ eventTypes: ['a.*'], channels: ['own'] });
    expect((await change(id, { eventTypes: ['b.*'], timeoutMs: 8_000 })).status).toBe(200);
    expect(await mine()).toMatchObject({ eventTypes: ['b.*'], channels: ['own'] });
    const refs = [follower.id, other.json.id].map((one) => ({ ...LIVE, id: one }));
    const found = await service.registry.getEndpoints(refs);
    expect(found.get(follower.id)).toMatchObject({ timeoutMs: 8_000, eventTypes: ['b.*'] });
    expect(found.get(other.json.id)).toMatchObject({ timeoutMs: 4_000, eventTypes: [] });
    expect(await read(follower.id)).toMatchObject({ timeoutMs: 8_000 });
    const listed = await service.acme('GET', '/v1/endpoints?limit=100');
    expect(listed.json.data.find((one: { id: string }) => one.id === follower.id)).toMatchObject({
      timeoutMs: 8_000,
    });
  });

  it('takes back what the template gives where its own is null', async () => {
    const { id } = await aTemplate({ timeoutMs: 3_000 });
    const { id: follower } = await aFollower(id, { timeoutMs: 9_000 });
    expect((await read(follower)).timeoutMs).toBe(9_000);
    const answer = await service.acme('PATCH', `/v1/endpoints/${follower}`, { timeoutMs: null });
    expect(answer.json).toMatchObject({ timeoutMs: 3_000, own: ['contract'] });
    await change(id, { timeoutMs: null });
    expect((await read(follower)).timeoutMs).toBe(10_000);
  });

  it('can be changed, rotated and deleted while the template changes', async () => {
    const { id } = await aTemplate({ timeoutMs: 3_000 });
    const { id: follower } = await aFollower(id);
    const path = `/v1/endpoints/${follower}`;
    service.between.run = async () => void (await change(id, { timeoutMs: 4_000 }));
    expect((await service.acme('POST', `${path}/rotate-secret`)).status).toBe(200);
    service.between.run = async () => void (await change(id, { timeoutMs: 5_000 }));
    const changed = await service.acme('PATCH', path, { description: 'new' });
    expect(changed.status).toBe(200);
    expect(await read(follower)).toMatchObject({ description: 'new', timeoutMs: 5_000 });
    service.between.run = async () => void (await change(id, { timeoutMs: 6_000 }));
    expect((await service.acme('DELETE', path)).status).toBe(204);
  });

  it('that is made while the template changes ends with the new settings', async () => {
    const { id } = await aTemplate({ timeoutMs: 3_000 });
    service.beforeJoining.run = async () => {
      expect((await change(id, { timeoutMs: 7_000 })).status).toBe(200);
    };
    const made = await aFollower(id);
    expect(made.timeoutMs).toBe(7_000);
    expect((await read(made.id)).timeoutMs).toBe(7_000);
  });

  it('is refused if the template became what conflicts with it, just before it was written', async () => {
    const { id } = await aTemplate({});
    const kept = await service.templates.getTemplate(LIVE, id);
    expect(kept).toBeDefined();
    if (!kept) return;
    service.beforeJoining.run = async () => {
      // As if its followers had been checked before this one was written.
      const { template } = kept;
      const settings = { ...template.settings, timingHeaders: true };
      const after = { ...template, settings, given: [...template.given, 'timingHeaders'] };
      expect(await service.templates.replaceTemplate(kept, { ...after, version: 2 })).toBe(true);
    };
    const headers = { 'Posthorn-Attempt': '1' };
    const answer = await service.acme('POST', '/v1/endpoints', { url: URL, template: id, headers });
    expect([answer.status, faultsIn(answer)]).toEqual([422, ['/headers/Posthorn-Attempt']]);
    const { entries } = await service.registry.listEndpoints(LIVE, 100);
    expect(entries.filter(({ template }) => template === id)).toEqual([]);
  });

  it('refuses a change of the template that conflicts with its own settings', async () => {
    const { id } = await aTemplate({});
    const { id: follower } = await aFollower(id, { headers: { 'X-Mine': '1' } });
    const authentication = [{ type: 'header', name: 'X-Mine', value: 'k'.repeat(30) }];
    const answer = await change(id, { authentication });
    expect(answer.status).toBe(422);
    expect(answer.json.errors[0].path).toBe('/settings/authentication/0/name');
    expect(answer.json.errors[0].message).toContain(follower);
    expect((await read(follower)).authentication).toEqual([]);
  });

  it('is sent with the template’s credentials, which open for the tenant alone', async () => {
    const token = 't'.repeat(30);
    const { id } = await aTemplate({ authentication: [{ type: 'bearer', token }] });
    const made = await aFollower(id);
    expect(JSON.stringify(made)).not.toContain(token);
    const [sealed] = (await service.registry.getEndpoint(LIVE, made.id))?.authentication ?? [];
    const place = authenticationPlace({ ...LIVE, id: made.id }, sealed?.sealedFor);
    expect(unseal(SEALING_KEY, place, sealed?.sealedValue ?? '')).toBe(`Bearer ${token}`);
    await change(id, { timeoutMs: 2_000 });
    const [after] = (await service.registry.getEndpoint(LIVE, made.id))?.authentication ?? [];
    expect(after).toEqual(sealed);
  });

  it('keeps what it has when it is detached', async () => {
    const token = 't'.repeat(30);
    const authentication = [{ type: 'bearer', token }];
    const { id } = await aTemplate({ timeoutMs: 3_000, authentication });
    const made = await aFollower(id);
    const answer = await service.acme('PATCH', `/v1/endpoints/${made.id}`, { template: null });
    expect(answer.json).toMatchObject({ template: null, own: null, timeoutMs: 3_000 });
    await change(id, { timeoutMs: 4_000, authentication: null });
    expect((await read(made.id)).timeoutMs).toBe(3_000);
    const [sealed] = (await service.registry.getEndpoint(LIVE, made.id))?.authentication ?? [];
    const place = authenticationPlace({ ...LIVE, id: made.id }, sealed?.sealedFor);
    expect(unseal(SEALING_KEY, place, sealed?.sealedValue ?? '')).toBe(`Bearer ${token}`);
    expect((await service.acme('DELETE', `/v1/templates/${id}`)).status).toBe(204);
  });

  it('that was there before keeps what differs from the defaults as its own', async () => {
    const { id, name } = await aTemplate({ timeoutMs: 3_000, maxPerSecond: 5 });
    const made = await service.acme('POST', '/v1/endpoints', {
      url: URL,
      contract: 'kyc-hmac',
      maxPerSecond: 9,
    });
    const path = `/v1/endpoints/${made.json.id}`;
    const answer = await service.acme('PATCH', path, { template: name });
    expect(answer.json, JSON.stringify(answer.json)).toMatchObject({
      template: id,
      contract: 'kyc-hmac',
      timeoutMs: 3_000,
      maxPerSecond: 9,
    });
  });

  it.each<[string, unknown, string]>([
    ['an unknown name', 'nobody', '/template'],
    ['an unknown id', 'tpl_01h455vb4pex5vsknk084sn02q', '/template'],
    ['a number', 3, '/template'],
  ])('is refused with %s', async (_, template, path) => {
    const answer = await service.acme('POST', '/v1/endpoints', { url: URL, template });
    expect([answer.status, faultsIn(answer)]).toEqual([422, [path]]);
  });

  it('follows no template of another tenant or environment', async () => {
    for (const ask of [service.globex, service.acmeTest]) {
      const { id, name } = await aTemplate({ timeoutMs: 3_000 }, ask);
      for (const template of [id, name]) {
        const answer = await service.acme('POST', '/v1/endpoints', { url: URL, template });
        expect([answer.status, faultsIn(answer)]).toEqual([422, ['/template']]);
      }
    }
  });
});

describe('deleting a template', () => {
  it('is refused while endpoints follow it, with their number', async () => {
    const { id } = await aTemplate();
    const followers = [await aFollower(id), await aFollower(id)];
    const refused = await service.acme('DELETE', `/v1/templates/${id}`);
    expect(refused.status).toBe(409);
    expect(refused.json.detail).toContain('2 endpoints follow');
    for (const { id: one } of followers) await service.acme('DELETE', `/v1/endpoints/${one}`);
    expect((await service.acme('DELETE', `/v1/templates/${id}`)).status).toBe(204);
    expect((await service.acme('GET', `/v1/templates/${id}`)).status).toBe(404);
    const listed = await service.acme('GET', '/v1/templates?limit=100');
    expect(JSON.stringify(listed.json)).not.toContain(id);
  });

  it('while an endpoint begins to follow it leaves no endpoint without one', async () => {
    const { id } = await aTemplate({ timeoutMs: 3_000 });
    let deleted = 0;
    service.beforeJoining.run = async () => {
      deleted = (await service.acme('DELETE', `/v1/templates/${id}`)).status;
    };
    const made = await service.acme('POST', '/v1/endpoints', { url: URL, template: id });
    // It was written already, and so it is seen.
    expect([deleted, made.status]).toEqual([409, 201]);
    expect((await read(made.json.id)).timeoutMs).toBe(3_000);
  });

  it('just before an endpoint is written leaves no endpoint', async () => {
    const { id } = await aTemplate();
    const kept = await service.templates.getTemplate(LIVE, id);
    expect(kept).toBeDefined();
    if (!kept) return;
    service.beforeJoining.run = async () => {
      // As if its followers had been counted before this one was written.
      const tombstone = { ...kept.template, version: 2, deletedAtMs: 1 };
      expect(await service.templates.replaceTemplate(kept, tombstone)).toBe(true);
    };
    const made = await service.acme('POST', '/v1/endpoints', { url: URL, template: id });
    expect([made.status, faultsIn(made)]).toEqual([422, ['/template']]);
    const { entries } = await service.registry.listEndpoints(LIVE, 100);
    expect(entries.filter(({ template }) => template === id)).toEqual([]);
  });
});

describe('the template of somebody else', () => {
  it('is the same 404 as none, on every route', async () => {
    const { id } = await aTemplate();
    const none = 'tpl_01h455vb4pex5vsknk084sn02q';
    const form = async (ask: Ask, method: string, of: string) => {
      const body = method === 'PATCH' ? { settings: {} } : undefined;
      const { status, json } = await ask(method, `/v1/templates/${of}`, body);
      return { status, json: { ...json, requestId: undefined } };
    };
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const expected = await form(service.acme, method, none);
      expect(expected.status).toBe(404);
      expect(await form(service.acme, method, 'x')).toEqual(expected);
      for (const ask of [service.globex, service.acmeTest]) {
        expect(await form(ask, method, id)).toEqual(expected);
      }
    }
    expect((await service.acme('GET', `/v1/templates/${id}`)).status).toBe(200);
  });

  it('may be seen by readers, and changed by keys that may write endpoints', async () => {
    const reader = await service.keyOf('acme', 'live', ['endpoints:read']);
    const { id } = await aTemplate();
    expect((await reader('GET', `/v1/templates/${id}`)).status).toBe(200);
    expect((await reader('POST', '/v1/templates', { name: 'x' })).status).toBe(403);
    expect((await reader('PATCH', `/v1/templates/${id}`, {})).status).toBe(403);
    expect((await reader('DELETE', `/v1/templates/${id}`)).status).toBe(403);
  });
});
