// Content filters over the API: as a setting of endpoints, and tried out.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiService, startApiService } from '../../builders/api-service.ts';
import { anEvent } from '../../builders/events.ts';

const URL = 'https://acme.io/webhooks';
const filter = { risk: { score: [{ numeric: ['>', 80] }] } };

let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service.stop());

describe('the setting filter', () => {
  it('is kept as it was given, shown, changed and taken away', async () => {
    const { acme, registry } = service;
    const made = await acme('POST', '/v1/endpoints', { url: URL, filter });
    expect(made.status).toBe(201);
    expect(made.json.filter).toEqual(filter);
    const path = `/v1/endpoints/${made.json.id}`;
    const kept = async () =>
      [...(await registry.subscribersOf([{ tenant: 'acme', environment: 'live' }])).values()]
        .flat()
        .find((one) => one?.id === made.json.id)?.filter;
    expect(await kept()).toEqual(filter);

    expect((await acme('PATCH', path, { description: 'same' })).json.filter).toEqual(filter);
    const other = { country: ['DE'] };
    expect((await acme('PATCH', path, { filter: other })).json.filter).toEqual(other);
    expect(await kept()).toEqual(other);
    expect((await acme('PATCH', path, { filter: null })).json.filter).toBeNull();
    expect(await kept()).toBeUndefined();
  });

  it('is refused with every fault by its path', async () => {
    const body = { url: URL, filter: { a: 'x', b: [{ exists: 'yes' }] } };
    const { status, json } = await service.acme('POST', '/v1/endpoints', body);
    expect(status).toBe(422);
    expect(json.errors.map(({ path }: { path: string }) => path)).toEqual([
      '/filter/a',
      '/filter/b/0/exists',
    ]);
  });
});

describe('POST /v1/filters/test', () => {
  it('says that data passes', async () => {
    const body = { filter, data: { risk: { score: 81 } } };
    const { status, json } = await service.acme('POST', '/v1/filters/test', body);
    expect([status, json]).toEqual([200, { matches: true, failures: [] }]);
  });

  it('says which conditions fail, by their path in the filter', async () => {
    const body = {
      filter: { ...filter, country: ['DE'], name: [{ exists: true }] },
      data: { risk: { score: 80 }, country: 'DE' },
    };
    const { json } = await service.acme('POST', '/v1/filters/test', body);
    expect(json).toEqual({
      matches: false,
      failures: [
        { path: '/name', message: 'has no value in the data' },
        { path: '/risk/score', message: 'matches no value in the data' },
      ],
    });
  });

  it('names the closest alternatives of $or, and values in different elements', async () => {
    const test = async (body: object) =>
      (await service.acme('POST', '/v1/filters/test', body)).json.failures;
    const either = { $or: [{ a: [1], b: [2] }, { c: [3] }] };
    expect(await test({ filter: either, data: {} })).toEqual([
      { path: '/$or/1/c', message: 'has no value in the data' },
    ]);
    const staff = {
      list: [
        { first: 'Ann', last: 'Li' },
        { first: 'Bo', last: 'Ra' },
      ],
    };
    const nobody = { list: { first: ['Ann'], last: ['Ra'] } };
    expect(await test({ filter: nobody, data: staff })).toEqual([
      { path: '', message: 'each condition holds, but in different elements of an array' },
    ]);
  });

  it('takes a stored event of the own tenant and environment only', async () => {
    const event = anEvent({ tenant: 'acme', environment: 'live', data: '{"risk":{"score":99}}' });
    await service.ledger.putEvents([{ event, targets: [] }]);
    const body = { filter, event: event.id };
    const { acme, acmeTest, globex } = service;
    expect((await acme('POST', '/v1/filters/test', body)).json.matches).toBe(true);
    for (const other of [acmeTest, globex]) {
      expect((await other('POST', '/v1/filters/test', body)).status).toBe(404);
    }
    const nobody = { filter, event: 'evt_none' };
    expect((await acme('POST', '/v1/filters/test', nobody)).status).toBe(404);
  });

  it('reads stored events only for keys that may', async () => {
    const limited = await service.keyOf('acme', 'live', ['endpoints:read']);
    const body = { filter, event: 'evt_01kg9vhq5pfh9tz4dg5ckhsvhm' };
    expect((await limited('POST', '/v1/filters/test', body)).status).toBe(403);
    expect((await limited('POST', '/v1/filters/test', { filter, data: {} })).status).toBe(200);
  });

  it.each([
    [{ filter }, ''],
    [{ filter, data: {}, event: 'evt_1' }, ''],
    [{ filter, data: [] }, '/data'],
    [{ filter: {}, data: {} }, '/filter'],
    [{ data: {} }, '/filter'],
  ])('refuses %j at %j', async (body, path) => {
    const { status, json } = await service.acme('POST', '/v1/filters/test', body);
    expect(status).toBe(422);
    expect(json.errors.map((fault: { path: string }) => fault.path)).toContain(path);
  });
});
