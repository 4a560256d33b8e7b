// How AWS clients send their requests: by undici and whole answers, which costs half the CPU of the
// SDK's own way through node:http and streams. Calls are what a delivery costs, so this is most of it.
import type { HttpHandlerOptions, HttpRequest, HttpResponse } from '@smithy/types';
import type { Agent as UndiciAgent } from 'undici';
import Agent from 'undici/lib/dispatcher/agent.js';

/** Milliseconds. Longer than a busy machine needs, and far below any function's timeout. */
const CONNECTION_TIMEOUT_MS = 4_000;
const REQUEST_TIMEOUT_MS = 10_000;
/** AWS closes what idles for longer; what it closed earlier is tried again on a new connection. */
const KEEP_ALIVE_MS = 15_000;
const CONNECTIONS = 64;
/** As CloudTrail shows who called. */
const USER_AGENT = 'posthorn';

/** What undici calls a connection that ended, in words that the SDK tries again for. */
const RETRYABLE = new Map([
  ['UND_ERR_SOCKET', 'ECONNRESET'],
  ['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT'],
  ['UND_ERR_HEADERS_TIMEOUT', 'ETIMEDOUT'],
  ['UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT'],
]);

export interface AwsRequestHandler {
  readonly metadata: { readonly handlerProtocol: string };
  handle(request: HttpRequest, options?: HttpHandlerOptions): Promise<{ response: HttpResponse }>;
  destroy(): void;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): object;
}

/** Made once per function instance, and shared by its clients. */
export function createAwsRequestHandler(): AwsRequestHandler {
  const agent: UndiciAgent = new Agent({
    connections: CONNECTIONS,
    pipelining: 1,
    connect: { timeout: CONNECTION_TIMEOUT_MS },
    headersTimeout: REQUEST_TIMEOUT_MS,
    bodyTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    allowH2: false,
  });
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request) {
      return { response: await exchange(agent, request) };
    },
    destroy: () => void agent.destroy(),
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}

function exchange(agent: UndiciAgent, request: HttpRequest): Promise<HttpResponse> {
  const { protocol, hostname, port, path, method, headers } = request;
  const body: unknown = request.body;
  const query = queryOf(request);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let statusCode = 0;
    let answered: Record<string, string> = {};
    agent.dispatch(
      {
        origin: `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`,
        path: query === '' ? path : `${path}?${query}`,
        // The SDK's methods are those that undici knows.
        method: method as 'POST',
        headers: { ...headers, 'user-agent': USER_AGENT },
        // None of our calls streams a body.
        body: typeof body === 'string' || body instanceof Uint8Array ? body : null,
      },
      {
        onRequestStart: () => undefined,
        onResponseStart(_controller, status, received) {
          statusCode = status;
          answered = Object.fromEntries(
            Object.entries(received).map(([name, value]) => [name, String(value)]),
          );
        },
        onResponseData(_controller, chunk) {
          chunks.push(chunk);
        },
        onResponseEnd: () =>
          resolve({ statusCode, headers: answered, body: wholeOf(chunks) } as HttpResponse),
        onResponseError: (_controller, error) => reject(inWordsOfTheSdk(error)),
      },
    );
  });
}

function wholeOf(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks;
  return chunks.length === 1 && first ? first : Buffer.concat(chunks);
}

function queryOf({ query = {} }: HttpRequest): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value ?? '']) parameters.append(name, one);
  }
  return parameters.toString();
}

function inWordsOfTheSdk(error: Error & { code?: string }): Error {
  const code = RETRYABLE.get(error.code ?? '');
  return code === undefined
    ? error
    : Object.assign(new Error(error.message), { code, cause: error });
}
