// Every route of both functions, as deployed: without a key nothing is parsed, and nothing of AWS is asked.
import type { Context as LambdaContext } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Env } from '../../lambdas/environment.ts';
import { OPERATIONS } from '../../scripts/openapi/operations.ts';

/** Every operation that asks for a key, as the OpenAPI document has them. */
const ROUTES = OPERATIONS.filter(({ access }) => access !== 'open').map(({ id, method, path }) => ({
  fn: ['postEvent', 'postEvents'].includes(id) ? 'ingest' : 'api',
  route: `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, 'x')}`,
}));

/** 5 MB of brackets, which no parser takes lightly; not even UTF-8 at its end. */
const HOSTILE_BODY = Buffer.concat([Buffer.alloc(5_000_000, '['), Buffer.from([0xff])]).toString(
  'base64',
);

type Handler = (
  event: unknown,
  context: LambdaContext,
) => Promise<{
  statusCode: number;
  body: string;
  headers: Record<string, string>;
}>;
const handlers: Record<string, Handler> = {};
let asked = 0;

beforeAll(async () => {
  for (const name of Object.values(Env)) vi.stubEnv(name, name.toLowerCase());
  vi.stubEnv(Env.settings, '{}');
  vi.stubEnv(Env.allowedPorts, '443');
  vi.stubEnv(Env.egressAddresses, '192.0.2.10,192.0.2.11,Vpc-PublicIp');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'none');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'none');
  // Whatever is asked of AWS comes here, and fails.
  const { createServer } = await import('node:net');
  const aws = createServer((socket) => {
    asked++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve));
  aws.unref();
  const address = aws.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${address.port}`);
  // The handlers' results are what API Gateway gets; their own types say less.
  handlers.api = (await import('../../lambdas/api/handler.ts')).handler as unknown as Handler;
  handlers.ingest = (await import('../../lambdas/ingest/handler.ts')).handler as unknown as Handler;
});
afterAll(() => vi.unstubAllEnvs());

function ask(handler: Handler | undefined, route: string, headers: Record<string, string>) {
  const [method = '', path = ''] = route.split(' ');
  const event = {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { host: 'api.example.com', ...headers },
    requestContext: {
      http: { method, path, sourceIp: '192.0.2.1' },
      domainName: 'x',
      stage: '$default',
    },
    ...(method === 'GET' ? {} : { body: HOSTILE_BODY }),
    isBase64Encoded: method !== 'GET',
  };
  if (!handler) throw new Error('the handler was not loaded');
  const context = { awsRequestId: 'request-1' } as LambdaContext; // of which no more is read
  return handler(event, context);
}

describe('a route without a key', () => {
  it('is none that the document does not have', () => {
    expect(ROUTES.length).toBeGreaterThan(30);
    expect(ROUTES.filter(({ fn }) => fn === 'ingest')).toHaveLength(2);
  });

  it.each(ROUTES)('$fn: $route is 401 at once, whatever the body is', async ({ fn, route }) => {
    for (const headers of [{}, { authorization: 'Bearer' }, { authorization: 'Basic eDp5' }]) {
      const { statusCode, body, headers: answered } = await ask(handlers[fn], route, headers);
      expect([route, statusCode]).toEqual([route, 401]);
      expect(JSON.parse(body)).toMatchObject({ status: 401, requestId: 'request-1' });
      expect(answered['posthorn-request-id']).toBe('request-1');
    }
    expect(asked).toBe(0);
  });
});

it('the addresses that requests come from are open to all, and only addresses', async () => {
  const { statusCode, body, headers } = await ask(handlers.api, 'GET /.well-known/egress.json', {});
  expect(statusCode).toBe(200);
  expect(JSON.parse(body)).toEqual({ addresses: ['192.0.2.10', '192.0.2.11'] });
  expect(headers['cache-control']).toContain('public');
});
