// What queries and texts may be, over the API's own routes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiService, startApiService } from '../builders/api-service.ts';

let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service?.stop());

const LISTINGS = ['/v1/endpoints', '/v1/events', '/v1/deliveries', '/v1/keys', '/v1/replays'];

describe('the limit of a listing', () => {
  it.each(['1', '7', '007', '100'])('may be %s', async (limit) => {
    for (const path of LISTINGS) {
      expect((await service.acme('GET', `${path}?limit=${limit}`)).status).toBe(200);
    }
  });
  it.each([
    '',
    '0',
    '101',
    '-1',
    '%2B5',
    '1e1',
    '0x10',
    '0b1',
    '1.0',
    '1.5',
    '%205',
    '5%20',
    '1_0',
    'Infinity',
    'NaN',
    'ten',
    '٧',
    '9999999999999999999999',
    'true',
    '%5B5%5D',
  ])('may not be %j', async (limit) => {
    for (const path of LISTINGS) {
      const answer = await service.acme('GET', `${path}?limit=${limit}`);
      expect(answer.status).toBe(422);
      expect(answer.json.errors).toMatchObject([{ path: 'limit' }]);
    }
  });
});

describe('a parameter that is given twice', () => {
  it.each([
    ['/v1/endpoints', 'limit=1&limit=2', ['limit']],
    ['/v1/endpoints', 'limit=1&limit=1', ['limit']],
    ['/v1/events', 'type=a&type=b', ['type']],
    ['/v1/events', 'since=2026-01-01T00:00:00Z&since=2026-01-02T00:00:00Z', ['since']],
    ['/v1/deliveries', 'status=dead&status=waiting', ['status']],
    ['/v1/deliveries', 'limit=1&limit=2&status=dead&status=dead', ['limit', 'status']],
    ['/v1/replays', 'limit=1&%6Cimit=2', ['limit']],
    ['/v1/keys', 'cursor=a&cursor=b', ['cursor']],
  ])('is refused by %s?%s', async (path, query, names) => {
    const { status, json } = await service.acme('GET', `${path}?${query}`);
    expect(status).toBe(422);
    const message = 'is given more than once';
    expect(json.errors).toEqual(names.map((name) => ({ path: name, message })));
  });
});

describe('text that is half a character', () => {
  const HALF = 'a\ud800b';
  const URL = { url: 'https://acme.io/a' };
  it.each<[method: string, path: string, body: object, fault: string]>([
    ['POST', '/v1/endpoints', { ...URL, description: HALF }, '/description'],
    ['POST', '/v1/endpoints', { ...URL, filter: { a: [HALF] } }, '/filter/a/0'],
    ['POST', '/v1/endpoints', { ...URL, filter: { [HALF]: ['a'] } }, `/filter/${HALF}`],
    ['POST', '/v1/endpoints', { ...URL, template: HALF }, '/template'],
    [
      'POST',
      '/v1/endpoints',
      { ...URL, authentication: [{ type: 'basic', username: HALF, password: 'b' }] },
      '/authentication/0/username',
    ],
    ['POST', '/v1/keys', { name: HALF }, '/name'],
    ['POST', '/v1/templates', { name: HALF, settings: {} }, '/name'],
    [
      'POST',
      '/v1/templates',
      { name: 'a', settings: { description: HALF } },
      '/settings/description',
    ],
    [
      'PATCH',
      '/v1/endpoints',
      { filter: {}, changes: { description: HALF } },
      '/changes/description',
    ],
    ['PUT', '/v1/event-types/a.b', { description: HALF }, '/description'],
    ['PUT', '/v1/event-types/a.b', { schema: { const: HALF } }, '/schema/const'],
  ])('is refused by %s %s with %j', async (method, path, body, fault) => {
    const ask = path.startsWith('/v1/event-types') ? service.operator : service.acme;
    const { status, json } = await ask(method, path, body);
    expect(status).toBe(422);
    expect(json.errors).toContainEqual({ path: fault, message: 'must be well-formed Unicode' });
  });
});
