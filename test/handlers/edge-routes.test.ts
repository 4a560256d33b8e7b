// Every route of both functions, as deployed: without a key nothing is parsed, and nothing of AWS is asked.
import type { LambdaContext } from 'hono/aws-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Env } from '../../lambdas/environment.ts';

const EP = 'ep_01h45ytscbebyvny4gc8cr8ma2';
const ROUTES = [
  'PUT /v1/tenants/acme',
  'GET /v1/tenants/acme',
  'GET /v1/tenants',
  'POST /v1/keys',
  'GET /v1/keys',
  'DELETE /v1/keys/key_01h45ytscbebyvny4gc8cr8ma2',
  'POST /v1/endpoints',
  'GET /v1/endpoints',
  `GET /v1/endpoints/${EP}`,
  `PATCH /v1/endpoints/${EP}`,
  `DELETE /v1/endpoints/${EP}`,
  `GET /v1/endpoints/${EP}/secret`,
  `POST /v1/endpoints/${EP}/rotate-secret`,
  `POST /v1/endpoints/${EP}/pause`,
  `POST /v1/endpoints/${EP}/resume`,
  `POST /v1/endpoints/${EP}/purge`,
  `POST /v1/endpoints/${EP}/test`,
  'GET /v1/events',
  'GET /v1/events/evt_01h45ytscbebyvny4gc8cr8ma2',
  'GET /v1/deliveries',
  'GET /v1/deliveries/dlv_x',
  'POST /v1/deliveries/dlv_x/retry',
  'POST /v1/deliveries/dlv_x/cancel',
  'POST /v1/replays',
  'GET /v1/replays/rpl_x',
  'POST /v1/replays/rpl_x/cancel',
  'GET /v1/signing-keys',
  'POST /v1/signing-keys',
  'POST /v1/signing-keys/sgk_x/rotate',
];
const INGEST_ROUTES = ['POST /v1/events', 'POST /v1/events/batch'];

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
  it.each([
    ...ROUTES.map((route) => ['api', route] as const),
    ...INGEST_ROUTES.map((route) => ['ingest', route] as const),
  ])('%s: %s is 401 at once, whatever the body is', async (name, route) => {
    for (const headers of [{}, { authorization: 'Bearer' }, { authorization: 'Basic eDp5' }]) {
      const { statusCode, body, headers: answered } = await ask(handlers[name], route, headers);
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
