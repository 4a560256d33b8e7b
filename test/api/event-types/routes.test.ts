// The catalogue of event types over the API.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiService, startApiService } from '../../builders/api-service.ts';

const schema = { type: 'object', required: ['id'], properties: { id: { type: 'string' } } };
const entry = { description: 'A dossier.', schema, example: { id: 'd-1' }, onMismatch: 'refuse' };

let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service.stop());

const put = (name: string, body: unknown) =>
  service.operator('PUT', `/v1/event-types/${name}`, body);
const pathsOf = (json: { errors: { path: string }[] }) => json.errors.map(({ path }) => path);

describe('/v1/event-types', () => {
  it('is written by the operator, and read by every key', async () => {
    const { operator, acme, acmeTest, clock } = service;
    const made = await put('dossier.created', { ...entry, public: true });
    expect(made.status).toBe(201);
    const createdAt = new Date(clock.nowMs).toISOString();
    const view = {
      name: 'dossier.created',
      ...entry,
      public: true,
      createdAt,
      updatedAt: createdAt,
    };
    expect(made.json).toEqual(view);
    for (const ask of [
      operator,
      acme,
      acmeTest,
      await service.keyOf('acme', 'live', ['keys:write']),
    ]) {
      expect((await ask('GET', '/v1/event-types/dossier.created')).json).toEqual(view);
      expect((await ask('GET', '/v1/event-types')).json).toEqual({ data: [view], next: null });
    }
    expect((await service.anyone('GET', '/v1/event-types')).status).toBe(401);
    for (const method of ['PUT', 'DELETE']) {
      const body = method === 'PUT' ? {} : undefined;
      expect((await acme(method, '/v1/event-types/dossier.created', body)).status).toBe(403);
    }
  });

  it('is changed whole, and deleted', async () => {
    await put('one', entry);
    const changed = await put('one', { description: 'Less.' });
    expect(changed.status).toBe(200);
    expect(changed.json).toMatchObject({ schema: null, example: null, onMismatch: 'accept' });
    const path = '/v1/event-types/one';
    expect((await service.operator('DELETE', path)).status).toBe(204);
    expect((await service.operator('DELETE', path)).status).toBe(404);
    expect((await service.acme('GET', path)).status).toBe(404);
  });

  it('is not found under a name that none can have', async () => {
    for (const name of ['x'.repeat(6_000), '%00', 'a..b', '__proto__']) {
      for (const method of ['GET', 'DELETE']) {
        const { status } = await service.operator(method, `/v1/event-types/${name}`);
        expect(status).toBe(404);
      }
    }
  });

  it('changes its version with every change', async () => {
    const { eventTypes, operator } = service;
    const seen = [await eventTypes.catalogueVersion()];
    await put('two', entry);
    seen.push(await eventTypes.catalogueVersion());
    await operator('DELETE', '/v1/event-types/two');
    seen.push(await eventTypes.catalogueVersion());
    expect(new Set(seen).size).toBe(3);
  });

  it.each<[string, unknown, string]>([
    ['a', { schema: { type: 'text' } }, '/schema/type'],
    ['a', { schema: { $ref: 'https://example.com/a' } }, '/schema/$ref'],
    ['a', { schema, example: { id: 1 } }, '/example/id'],
    ['a', { onMismatch: 'refuse' }, '/onMismatch'],
    ['a', { schema: 'object' }, '/schema'],
    ['a', { example: [] }, '/example'],
    ['a', { schema: { description: 'x'.repeat(33_000) } }, '/schema'],
    ['a', { more: 1 }, '/more'],
    ['a..b', {}, 'name'],
    ['a.*', {}, 'name'],
  ])('refuses %s %j at %s', async (name, body, path) => {
    const { status, json } = await put(name, body);
    expect(status).toBe(422);
    expect(pathsOf(json)).toContain(path);
  });

  it('is listed by name in pages, and without a key where it is public', async () => {
    for (const name of ['list.a', 'list.b', 'list.c', 'list.d']) {
      await put(name, { public: name !== 'list.b' });
    }
    const all: string[] = [];
    let cursor = '';
    do {
      const page = await service.anyone('GET', `/.well-known/event-types.json?limit=2${cursor}`);
      expect(page.status).toBe(200);
      expect(page.headers.get('cache-control')).toBe('public, max-age=60');
      for (const one of page.json.data) {
        expect(Object.keys(one)).toEqual(['name', 'description', 'schema', 'example']);
        all.push(one.name);
      }
      cursor = page.json.next === null ? '' : `&cursor=${page.json.next}`;
    } while (cursor !== '');
    expect(all).toEqual(['dossier.created', 'list.a', 'list.c', 'list.d']);
  });
});
