// Transformations over the API: as a setting of endpoints and templates, and tried out.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiService, startApiService } from '../../builders/api-service.ts';
import { anEvent } from '../../builders/events.ts';

const URL = 'https://acme.io/webhooks';
const SCOPE = { tenant: 'acme', environment: 'live' } as const;
const transform = { language: 'jsonata', source: '{"id": dossier}' };
const other = { language: 'jsonata', source: '{"other": dossier}' };

let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service.stop());

const make = async (settings: object) =>
  (await service.acme('POST', '/v1/endpoints', { url: URL, ...settings })).json;
const change = async (id: string, settings: object) =>
  service.acme('PATCH', `/v1/endpoints/${id}`, settings);
describe('the setting transform', () => {
  it('is shown with its version, and each version is kept', async () => {
    const made = await make({ transform });
    expect(made.transform).toEqual({ ...transform, version: expect.stringMatching(/^[\w-]{22}$/) });
    const changed = (await change(made.id, { transform: other })).json;
    expect(changed.transform.version).not.toBe(made.transform.version);
    for (const { version, source } of [made.transform, changed.transform]) {
      expect(await service.registry.findTransform(SCOPE, version)).toMatchObject({ source });
    }
    const again = (await change(made.id, { transform: made.transform })).json;
    expect(again.transform).toEqual(made.transform);
    expect((await change(made.id, { transform: null })).json.transform).toBeNull();
  });

  it('comes from a template, unless the endpoint has its own', async () => {
    const { json: template } = await service.acme('POST', '/v1/templates', {
      name: 'shaped',
      settings: { transform },
    });
    expect(template.settings.transform).toMatchObject(transform);
    const made = await make({});
    const joined = await change(made.id, { template: template.id });
    expect(joined.json.transform).toMatchObject(transform);
    await service.acme('PATCH', `/v1/templates/${template.id}`, { settings: { transform: other } });
    expect((await change(made.id, { description: 'same' })).json.transform).toMatchObject(other);
    const own = await make({ transform });
    const also = await change(own.id, { template: template.id });
    expect(also.json.transform).toMatchObject(transform);
    expect((await change(own.id, { template: null })).json.transform).toMatchObject(transform);
  });

  it.each([
    [{ language: 'jsonata', source: '$now()' }, '/transform/source'],
    [{ language: 'jsonata', source: '{"a":' }, '/transform/source'],
    [{ language: 'jsonata', source: `"${'ä'.repeat(1_024)}"` }, '/transform/source'],
    [{ language: 'python', source: '1' }, '/transform/language'],
    [{ source: '$' }, '/transform/language'],
    ['$', '/transform'],
  ])('%j is refused by its path, everywhere', async (wrong, path) => {
    const made = await make({});
    const asked = [
      await service.acme('POST', '/v1/endpoints', { url: URL, transform: wrong }),
      await change(made.id, { transform: wrong }),
      await service.acme('POST', '/v1/templates', {
        name: 'wrong',
        settings: { transform: wrong },
      }),
    ];
    for (const { status, json } of asked) {
      expect(status).toBe(422);
      expect(json.errors.map((one: { path: string }) => one.path.replace('/settings', ''))).toEqual(
        [path],
      );
    }
  });

  it('warns of numbers in its sample that lose digits, until it is saved with another one', async () => {
    const sample = { amount: 2 ** 60, text: '12345678901234567890' };
    const { warnings, id } = await make({ transform: { ...transform, sample } });
    expect(warnings).toEqual([
      { path: '/transform', message: expect.stringContaining('the sample at /amount') },
    ]);
    expect((await change(id, { description: 'same' })).json.warnings).toEqual(warnings);
    const text = '{"a":1.00000000000000000001,"b":0.30000000000000001,"c":1e400,"d":0.30}';
    const { json } = await service.acme(
      'PATCH',
      `/v1/endpoints/${id}`,
      `{"transform":{"language":"jsonata","source":"$","sample":${text}}}`,
    );
    expect(json.warnings).toEqual([
      { path: '/transform', message: expect.stringContaining('the sample at /a, /b, /c:') },
    ]);
    const fine = await change(id, { transform: { ...transform, sample: { amount: 1 } } });
    expect(fine.json.warnings).toEqual([]);
  });
});

describe('POST /v1/transforms/test', () => {
  const test = (body: object) => service.acme('POST', '/v1/transforms/test', body);

  it('shows what data becomes, and warns of its numbers', async () => {
    const body = { source: '{"id": dossier}', data: { dossier: 'd-1' } };
    expect((await test(body)).json).toEqual({
      output: { id: 'd-1' },
      failure: null,
      warnings: [],
      request: null,
    });
    const text = '{"source":"{\\"id\\": n}","data":{"n":12345678901234567890}}';
    const { json } = await service.acme('POST', '/v1/transforms/test', text);
    expect(json.warnings).toEqual([
      { path: '/data', message: expect.stringContaining('the sample at /n') },
    ]);
  });

  it('says why data cannot be transformed', async () => {
    const { status, json } = await test({ source: 'dossier', data: { dossier: 'd-1' } });
    expect(status).toBe(200);
    expect(json).toMatchObject({ output: null, failure: 'the result is no object' });
  });

  it('takes a stored event, and the endpoint’s own source', async () => {
    const event = anEvent({ ...SCOPE, data: '{"dossier":"d-2"}' });
    await service.ledger.putEvents([{ event, targets: [] }]);
    const { id } = await make({ transform });
    const request = { method: 'POST', url: URL, headers: {}, body: '{}' };
    service.dispatch.answer = {
      ...{ outcome: 'not_sent', detail: null, sentAt: '2026-01-31T09:30:00.000Z', durationMs: 0 },
      ...{ timings: null, request, response: null },
    };
    const { json } = await test({ event: event.id, endpoint: id });
    expect(json).toMatchObject({ output: { id: 'd-2' }, failure: null, request });
    expect(service.tested.at(-1)).toMatchObject({
      endpointId: id,
      eventType: event.type,
      data: '{"id":"d-2"}',
      preview: { id: event.id, acceptedAtMs: event.acceptedAtMs, channels: event.channels },
    });
  });

  it.each([
    [{ source: '$now()', data: {} }, 422],
    [{ source: '$' }, 422],
    [{ data: {} }, 422],
    [{ source: '$', event: 'evt_01kg9vhq5pfh9tz4dg5ckhsvhm' }, 404],
    [{ source: '$', data: {}, endpoint: 'ep_01kg9vhq5pfh9tz4dg5ckhsvhm' }, 404],
  ])('%j is answered %i', async (body, status) => {
    expect((await test(body)).status).toBe(status);
  });
});
