import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiService, type Ask, startApiService } from '../../builders/api-service.ts';

let service: ApiService;
let tenants = 0;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service?.stop());

const URL = 'https://hooks.acme.com/posthorn';
/** A tenant of its own for each test, so that a filter means what the test made. */
const newTenant = () => service.keyOf(`tenant-${++tenants}`, 'live');
const bulk = (ask: Ask, endpoints: unknown) => ask('POST', '/v1/endpoints/bulk', { endpoints });
const change = (ask: Ask, body: object) => ask('PATCH', '/v1/endpoints', body);
const faultsIn = ({ json }: { json: { errors?: { path: string }[] } }) =>
  (json.errors ?? []).map(({ path }) => path).sort();
async function make(ask: Ask, ...endpoints: object[]): Promise<string[]> {
  const { json } = await bulk(
    ask,
    endpoints.map((more) => ({ url: URL, ...more })),
  );
  return json.results.map((one: { endpoint: { id: string } }) => one.endpoint.id);
}
const read = async (ask: Ask, id: string) => (await ask('GET', `/v1/endpoints/${id}`)).json;

describe('POST /v1/endpoints/bulk', () => {
  it('makes 100 endpoints, in the order of the request', async () => {
    const ask = await newTenant();
    const urls = Array.from({ length: 100 }, (_, n) => `${URL}/${n}`);
    const { status, json } = await bulk(
      ask,
      urls.map((url) => ({ url })),
    );
    expect(status).toBe(200);
    const made = json.results.map((one: { endpoint: { url: string } }) => one.endpoint.url);
    expect(made).toEqual(urls);
    const listed = await ask('GET', '/v1/endpoints?limit=100');
    expect(listed.json.data).toHaveLength(100);
    expect(new Set(listed.json.data.map(({ url }: { url: string }) => url))).toEqual(new Set(urls));
  });

  it('checks each on its own, with faults by their path in the whole', async () => {
    const ask = await newTenant();
    const { status, json } = await bulk(ask, [
      { url: URL },
      { url: 'http://127.0.0.1/', colour: 'red' },
      'nonsense',
      null,
      { url: URL, template: 'nobody' },
      { url: URL, description: 'sound' },
    ]);
    expect(status).toBe(200);
    const seen = json.results.map(
      (one: { endpoint?: object; error?: { status: number; errors: { path: string }[] } }) =>
        one.error ? [one.error.status, ...one.error.errors.map(({ path }) => path).sort()] : 'made',
    );
    expect(seen).toEqual([
      'made',
      [422, '/endpoints/1/colour', '/endpoints/1/url'],
      [422, '/endpoints/2'],
      [422, '/endpoints/3'],
      [422, '/endpoints/4/template'],
      'made',
    ]);
    expect((await ask('GET', '/v1/endpoints')).json.data).toHaveLength(2);
  });

  it.each<[string, unknown, number]>([
    ['none', [], 422],
    ['101', Array.from({ length: 101 }, () => ({ url: URL })), 422],
    ['no list', { url: URL }, 422],
    ['too much', [{ url: URL, description: 'x'.repeat(1024 * 1024) }], 413],
  ])('refuses %s', async (_, endpoints, status) => {
    const ask = await newTenant();
    expect((await bulk(ask, endpoints)).status).toBe(status);
    expect((await ask('GET', '/v1/endpoints')).json.data).toEqual([]);
  });

  it('is for keys that may write endpoints', async () => {
    const reader = await service.keyOf('acme', 'live', ['endpoints:read']);
    expect((await bulk(reader, [{ url: URL }])).status).toBe(403);
    expect((await change(reader, { filter: {}, changes: { description: 'x' } })).status).toBe(403);
  });
});

describe('PATCH /v1/endpoints', () => {
  it('adds and takes out event types of those that the filter means', async () => {
    const ask = await newTenant();
    const [a = '', b = '', c = ''] = await make(
      ask,
      { eventTypes: ['a', 'b'] },
      { eventTypes: ['c'] },
      {},
    );
    const changes = { addEventTypes: ['d.*'], removeEventTypes: ['b'] };
    const { json } = await change(ask, { filter: { eventType: 'b' }, changes });
    expect(json).toMatchObject({ matched: 2, changed: 1, unchanged: 0, failed: 1, next: null });
    expect(
      json.results.find((one: { endpoint: string }) => one.endpoint === c).error,
    ).toMatchObject({ status: 422, errors: [{ path: '/changes/removeEventTypes' }] });
    expect((await read(ask, a)).eventTypes).toEqual(['a', 'd.*']);
    expect((await read(ask, b)).eventTypes).toEqual(['c']);
    expect((await read(ask, c)).eventTypes).toEqual([]);
  });

  it('never makes a subscription to some into one to all', async () => {
    const ask = await newTenant();
    const [id = ''] = await make(ask, { eventTypes: ['a'], channels: ['eu'] });
    for (const changes of [{ removeEventTypes: ['a'] }, { removeChannels: ['eu'] }]) {
      expect((await change(ask, { filter: {}, changes })).json).toMatchObject({ failed: 1 });
    }
    expect(await read(ask, id)).toMatchObject({ eventTypes: ['a'], channels: ['eu'] });
  });

  it('leaves alone what gets all events already, when types are added', async () => {
    const ask = await newTenant();
    const [id = ''] = await make(ask, {});
    const { json } = await change(ask, { filter: {}, changes: { addEventTypes: ['a'] } });
    expect(json).toMatchObject({ changed: 0, unchanged: 1 });
    expect((await read(ask, id)).eventTypes).toEqual([]);
  });

  it('means what the filter says', async () => {
    const ask = await newTenant();
    const template = await ask('POST', '/v1/templates', { name: 'partners' });
    const ids = await make(
      ask,
      { contract: 'kyc-hmac' },
      { url: 'https://other.acme.com/in' },
      { template: 'partners' },
      { eventTypes: ['dossier.*'], channels: ['eu'] },
    );
    const meant = async (filter: object) => {
      const { json } = await change(ask, { filter, changes: { description: 'x' }, dryRun: true });
      return json.results.map((one: { endpoint: string }) => ids.indexOf(one.endpoint)).sort();
    };
    expect(await meant({})).toEqual([0, 1, 2, 3]);
    expect(await meant({ contract: 'kyc-hmac' })).toEqual([0]);
    expect(await meant({ urlHost: 'OTHER.acme.com' })).toEqual([1]);
    expect(await meant({ urlHost: 'acme.com' })).toEqual([]);
    expect(await meant({ template: 'partners' })).toEqual([2]);
    expect(await meant({ template: template.json.id })).toEqual([2]);
    expect(await meant({ channel: 'eu' })).toEqual([3]);
    expect(await meant({ eventType: 'dossier.created' })).toEqual([0, 1, 2, 3]);
    expect(await meant({ eventType: 'other', contract: 'standard-webhooks' })).toEqual([1, 2]);
    expect(await meant({ ids: [ids[3], ids[0]] })).toEqual([0, 3]);
    expect(await meant({ ids: ['ep_01h455vb4pex5vsknk084sn02q', 'x'] })).toEqual([]);
  });

  it('writes nothing in a dry run, and says the same', async () => {
    const ask = await newTenant();
    const [id = '', dead = ''] = await make(ask, { timeoutMs: 5_000 }, {});
    await ask('DELETE', `/v1/endpoints/${dead}`);
    const body = { filter: {}, changes: { timeoutMs: 6_000 } };
    const dry = await change(ask, { ...body, dryRun: true });
    expect(dry.json).toMatchObject({ matched: 1, changed: 1, dryRun: true });
    expect((await read(ask, id)).timeoutMs).toBe(5_000);
    const wet = await change(ask, body);
    expect(wet.json).toEqual({ ...dry.json, dryRun: false });
    expect((await read(ask, id)).timeoutMs).toBe(6_000);
    expect((await change(ask, body)).json).toMatchObject({ changed: 0, unchanged: 1 });
  });

  it('goes on where it stopped, and passes over nobody', async () => {
    const ask = await newTenant();
    const ids = await make(ask, ...Array.from({ length: 23 }, () => ({})));
    const seen: string[] = [];
    let cursor: string | undefined;
    let calls = 0;
    do {
      const { json } = await change(ask, {
        filter: {},
        changes: { description: 'x' },
        limit: 10,
        ...(cursor === undefined ? {} : { cursor }),
      });
      seen.push(...json.results.map((one: { endpoint: string }) => one.endpoint));
      cursor = json.next ?? undefined;
      calls++;
    } while (cursor !== undefined);
    expect([calls, seen]).toEqual([3, ids.toSorted()]);
    const listed = await ask('GET', '/v1/endpoints');
    expect(
      new Set(listed.json.data.map((one: { description: string }) => one.description)),
    ).toEqual(new Set(['x']));
  });

  it('stops when its time is over, and says where to go on', async () => {
    const ask = await newTenant();
    await make(ask, ...Array.from({ length: 15 }, () => ({})));
    service.between.run = async () => {
      service.clock.nowMs += 15_000;
    };
    const first = await change(ask, { filter: {}, changes: { description: 'x' } });
    expect(first.json.matched).toBe(10);
    const body = { filter: {}, changes: { description: 'x' }, cursor: first.json.next };
    expect((await change(ask, body)).json).toMatchObject({ matched: 5, next: null });
  });

  it('is tried again where somebody else was faster', async () => {
    const ask = await newTenant();
    const [id = ''] = await make(ask, { eventTypes: ['a'] });
    service.between.run = async () => {
      await ask('PATCH', `/v1/endpoints/${id}`, { eventTypes: ['b'] });
    };
    const { json } = await change(ask, { filter: {}, changes: { addEventTypes: ['c'] } });
    expect(json).toMatchObject({ changed: 1 });
    expect((await read(ask, id)).eventTypes).toEqual(['b', 'c']);
  });

  it('names what does not go together at each endpoint', async () => {
    const ask = await newTenant();
    await make(ask, { contract: 'kyc-hmac' }, {});
    const changes = { contractOptions: { signedContent: 'body' } };
    const { json } = await change(ask, { filter: {}, changes });
    expect(json).toMatchObject({ changed: 0, unchanged: 1, failed: 1 });
    const failed = json.results.find((one: { outcome: string }) => one.outcome === 'failed');
    expect(failed.error.errors[0].path).toBe('/changes/contractOptions/signedContent');
  });

  it.each<[string, object, string[]]>([
    ['no filter', { changes: { description: 'x' } }, ['/filter']],
    ['no changes', { filter: {} }, ['/changes']],
    ['empty changes', { filter: {}, changes: {} }, ['/changes']],
    [
      'an unknown filter',
      { filter: { colour: 1 }, changes: { description: 'x' } },
      ['/filter/colour'],
    ],
    ['no ids', { filter: { ids: [] }, changes: { description: 'x' } }, ['/filter/ids']],
    [
      'an unknown template',
      { filter: { template: 'nobody' }, changes: { description: 'x' } },
      ['/filter/template'],
    ],
    ['a URL', { filter: {}, changes: { url: URL } }, ['/changes/url']],
    ['a secret', { filter: {}, changes: { secret: 'x'.repeat(40) } }, ['/changes/secret']],
    ['an unknown setting', { filter: {}, changes: { colour: null } }, ['/changes/colour']],
    ['a wrong setting', { filter: {}, changes: { timeoutMs: 1 } }, ['/changes/timeoutMs']],
    [
      'a name of every object',
      { filter: {}, changes: { constructor: 1 } },
      ['/changes/constructor'],
    ],
    [
      'two ways at once',
      { filter: {}, changes: { eventTypes: ['a'], addEventTypes: ['b'] } },
      ['/changes/eventTypes'],
    ],
    [
      'a bad pattern',
      { filter: {}, changes: { addEventTypes: ['no good'] } },
      ['/changes/addEventTypes/0'],
    ],
    ['a bad cursor', { filter: {}, changes: { description: 'x' }, cursor: '!' }, ['/cursor']],
    ['an unknown field', { filter: {}, changes: { description: 'x' }, all: true }, ['/all']],
  ])('with %s is refused', async (_, body, paths) => {
    const answer = await change(service.acme, body);
    expect([answer.status, faultsIn(answer)]).toEqual([422, paths]);
  });

  it('reaches no endpoint of another tenant or environment, even by its id', async () => {
    const made = await service.acme('POST', '/v1/endpoints', { url: URL });
    for (const ask of [service.globex, service.acmeTest]) {
      for (const filter of [{}, { ids: [made.json.id] }]) {
        const { json } = await change(ask, { filter, changes: { description: 'stolen' } });
        expect(json).toMatchObject({ matched: 0, results: [] });
      }
    }
    expect((await read(service.acme, made.json.id)).description).toBe('');
  });
});
