// The template's HTTP API on a port of this machine: routes requests to functions and their results
// back, with API Gateway's limits and errors.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { FunctionFailed, type FunctionHost, FunctionTimedOut } from '../functions/host.ts';
import { isOwnHost, OTHER_HOST } from '../gate/hosts.ts';
import { answerJson, BodyTooLarge, listen, readBody } from '../gate/loopback-server.ts';
import type { Meter } from '../gate/meter.ts';
import type { ServeMails } from '../mail/page.ts';
import type { Stack } from '../stack/stack.ts';
import { decodedPath, toEvent } from './event.ts';
import { matchRoute, type Route } from './routes.ts';

const MAX_REQUEST_BYTES = 10 * 1024 * 1024;
/** Without a key nothing is done that needs more. */
const MAX_KEYLESS_BYTES = 64 * 1024;
/** Of all requests that are under way: whether their keys are valid is found out when they are read. */
const MAX_HELD_BYTES = 128 * 1024 * 1024;
const MAX_EVENT_BYTES = 6 * 1024 * 1024;
const CLOSE_GRACE_MS = 3_000;

const routeProperties = z.object({ RouteKey: z.string(), Target: z.string() });
const integrationProperties = z.object({ IntegrationUri: z.string() });
const resultShape = z.object({
  statusCode: z.coerce.number(),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  cookies: z.array(z.string()).default([]),
  body: z.string().default(''),
  isBase64Encoded: z.boolean().default(false),
});

interface HttpApi {
  port: number;
  /** Lets running requests end, takes no new ones. */
  close(): Promise<void>;
}

export async function startHttpApi(
  stack: Stack,
  functions: ReadonlyMap<string, FunctionHost>,
  { port, host, hosts }: { port: number; host: string; hosts: readonly string[] },
  meter: Meter,
  onFailure: (error: unknown) => void,
  serveMails: ServeMails = () => false,
): Promise<HttpApi> {
  const routes = routesOf(stack, functions);
  await Promise.all(routes.map(({ target }) => target.start()));
  const room: Room = { heldBytes: 0 };
  const apiId = stack.resources('AWS::ApiGatewayV2::Api')[0]?.logicalId.toLowerCase() ?? 'local';
  const server = createServer((request, response) => {
    if (!isOwnHost(request.headers.host, hosts)) {
      return answerJson(response, 421, { message: OTHER_HOST });
    }
    if (serveMails(request, response)) return;
    serve(request, response, routes, apiId, meter, room).catch((error: unknown) => {
      if (error instanceof NoRoom) {
        const headers = { connection: 'close', 'retry-after': '1' };
        return answerJson(response, 503, { message: 'Service Unavailable' }, headers);
      }
      if (error instanceof BodyTooLarge) return refuseTooLarge(response, MAX_REQUEST_BYTES);
      if (error instanceof FunctionFailed) onFailure(error);
      if (response.headersSent) return response.destroy();
      return error instanceof FunctionTimedOut
        ? answerJson(response, 503, { message: 'Service Unavailable' })
        : answerJson(response, 500, { message: 'Internal Server Error' });
    });
  });
  server.keepAliveTimeout = 65_000;
  return {
    port: await listen(server, port, host),
    close: async () => {
      const force = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
      await new Promise((resolve) => server.close(resolve));
      clearTimeout(force);
    },
  };
}

interface Room {
  heldBytes: number;
}

class NoRoom extends Error {}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  routes: Route<FunctionHost>[],
  apiId: string,
  meter: Meter,
  room: Room,
): Promise<void> {
  let held = 0;
  const hold = (bytes: number): void => {
    held += bytes;
    room.heldBytes += bytes;
    if (room.heldBytes > MAX_HELD_BYTES) throw new NoRoom();
  };
  // A request of which a part was not read has no socket any more.
  const sourceIp = request.socket.remoteAddress ?? '';
  try {
    const body = await bodyOf(request, response, hold);
    await answer(request, response, { routes, apiId, meter, sourceIp, body });
  } finally {
    room.heldBytes -= held;
  }
}

/** What is not read of a body without a key is not needed: the function refuses the request before it looks at it. */
async function bodyOf(
  request: IncomingMessage,
  response: ServerResponse,
  hold: (bytes: number) => void,
): Promise<Buffer> {
  if (request.headers.authorization !== undefined) {
    return readBody(request, MAX_REQUEST_BYTES, hold);
  }
  try {
    return await readBody(request, MAX_KEYLESS_BYTES, hold);
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) throw error;
    response.setHeader('connection', 'close');
    return Buffer.alloc(0);
  }
}

interface Answering {
  readonly routes: Route<FunctionHost>[];
  readonly apiId: string;
  readonly meter: Meter;
  readonly sourceIp: string;
  readonly body: Buffer;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { routes, apiId, meter, sourceIp, body }: Answering,
): Promise<void> {
  const { method = 'GET', url: target = '/' } = request;
  const path = decodedPath(target.split('?')[0] ?? '/');
  const match = matchRoute(routes, method, path);
  if (match === undefined) return answerJson(response, 404, { message: 'Not Found' });
  const { route, pathParameters } = match;
  const httpRequest = {
    method,
    target,
    protocol: `HTTP/${request.httpVersion}`,
    headers: request.headers,
    sourceIp,
    body,
  };
  const event = JSON.stringify(toEvent(httpRequest, apiId, route.routeKey, pathParameters));
  if (Buffer.byteLength(event) > MAX_EVENT_BYTES) return refuseTooLarge(response, MAX_EVENT_BYTES);
  const result = await route.target.invoke(event);
  meter.apiRequest(body.length + Buffer.byteLength(result));
  respond(response, result);
}

function respond(response: ServerResponse, result: string): void {
  const value: unknown = JSON.parse(result);
  const parsed = resultShape.safeParse(value);
  // A result without a status is the body of a 200, as API Gateway has it.
  if (!parsed.success) {
    answerJson(response, 200, value);
    return;
  }
  const { statusCode, headers, cookies, body, isBase64Encoded } = parsed.data;
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  response.statusCode = statusCode;
  response.setHeader('content-type', 'text/plain');
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, String(value));
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  if (statusCode !== 204 && statusCode !== 304) response.setHeader('content-length', bytes.length);
  response.end(bytes);
}

function refuseTooLarge(response: ServerResponse, maxBytes: number): void {
  const problem = {
    type: 'about:blank',
    title: 'Content Too Large',
    status: 413,
    detail: `The request exceeds the limit of ${maxBytes / 1024 / 1024} MiB.`,
  };
  // The rest of the request is not read, so the connection cannot be used again.
  const headers = { 'content-type': 'application/problem+json', connection: 'close' };
  answerJson(response, 413, problem, headers);
}

function routesOf(
  stack: Stack,
  functions: ReadonlyMap<string, FunctionHost>,
): Route<FunctionHost>[] {
  const byIntegration = new Map<string, FunctionHost>();
  const byArn = new Map([...functions.values()].map((one) => [one.definition.arn, one]));
  for (const { logicalId, properties } of stack.resources('AWS::ApiGatewayV2::Integration')) {
    const { IntegrationUri } = integrationProperties.parse(properties);
    const arn = /arn:aws:lambda:[^/]+/.exec(IntegrationUri)?.[0] ?? IntegrationUri;
    const host = byArn.get(arn);
    if (host === undefined) throw new Error(`no function for the integration ${IntegrationUri}`);
    byIntegration.set(stack.reference(logicalId), host);
  }
  return stack.resources('AWS::ApiGatewayV2::Route').map(({ properties }) => {
    const { RouteKey: routeKey, Target } = routeProperties.parse(properties);
    const target = byIntegration.get(Target.replace(/^integrations\//, ''));
    if (target === undefined) throw new Error(`no integration for the route ${routeKey}`);
    return { routeKey, target };
  });
}
