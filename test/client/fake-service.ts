// A service on loopback that answers as the test says, and keeps what it was asked.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** `'hang up'` breaks the connection. */
export type Reply =
  | 'hang up'
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    };

export interface FakeService {
  readonly url: string;
  readonly asked: Asked[];
  /** The answer to the nth request, counted from 1. */
  answer: (asked: Asked, nth: number) => Reply | Promise<Reply>;
  close(): Promise<void>;
}

export async function startFakeService(): Promise<FakeService> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const url = new URL(request.url ?? '/', service.url);
    const asked: Asked = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    service.asked.push(asked);
    const reply = await service.answer(asked, service.asked.length);
    if (reply === 'hang up') {
      request.socket.destroy();
      return;
    }
    const { status, headers = {}, body } = reply;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(
      body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port, not on a pipe
  const service: FakeService = {
    url: `http://127.0.0.1:${port}`,
    asked: [],
    answer: () => ({ status: 200, body: {} }),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return service;
}

export const problem = (status: number, more: object = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/problem+json', 'posthorn-request-id': 'req-1' },
  body: { type: 'about:blank', title: 'A title', status, detail: 'A reason.', ...more },
});
