import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { expect, it } from 'vitest';
import { createApplication } from '../../lambdas/http/application.ts';
import { lambdaHandler } from '../../lambdas/http/lambda.ts';

function invoke(method: string, path: string, more: object = {}) {
  const app = createApplication([{ method: 'POST', path: '/things/batch' }]);
  app.get('/things', (c) => c.json({ list: true }));
  app.get('/things/:id', (c) =>
    c.json({ id: c.req.param('id'), key: c.req.header('Idempotency-Key') ?? null }),
  );
  const event = {
    version: '2.0',
    rawPath: path,
    rawQueryString: '',
    headers: { host: 'localhost' },
    requestContext: { http: { method, path }, domainName: 'localhost' },
    isBase64Encoded: false,
    ...more,
  };
  return lambdaHandler(app)(event as unknown as APIGatewayProxyEventV2);
}

it.each(['\u0000', ' ', '?limit=1', '#', 'a b', 'ü', '%', '100%', 'a\\b', '\t'])(
  'a path with %j is about that id, not about the listing',
  async (id) => {
    const { statusCode, body } = await invoke('GET', `/things/${id}`);
    expect([statusCode, JSON.parse(body)]).toEqual([200, { id, key: null }]);
  },
);

it('a GET with a body is answered as if it had none', async () => {
  const { statusCode } = await invoke('GET', '/things', { body: '{"a":1}' });
  expect(statusCode).toBe(200);
});

it('an empty header is seen', async () => {
  const headers = { host: 'localhost', 'idempotency-key': '' };
  expect(JSON.parse((await invoke('GET', '/things/a', { headers })).body).key).toBe('');
});

it.each([
  ['TRACE', '/things', 'GET, HEAD'],
  ['CONNECT', '/things/a', 'GET, HEAD'],
  ['POST', '/things', 'GET, HEAD'],
  ['DELETE', '/things/', 'GET, HEAD'],
  ['GET', '/things/batch', 'POST'],
])('%s %s is 405 and says what is allowed', async (method, path, allow) => {
  const { statusCode, headers, body } = await invoke(method, path);
  expect(statusCode).toBe(405);
  expect(headers?.allow).toBe(allow);
  expect(JSON.parse(body).status).toBe(405);
});

it('an unknown path is 404 whatever the method', async () => {
  expect((await invoke('PATCH', '/nothing')).statusCode).toBe(404);
  expect((await invoke('GET', '/things/a/b')).statusCode).toBe(404);
});
