// A service on loopback that answers as the test says, and keeps what it was asked.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import document from '../../docs/openapi.json' with { type: 'json' };

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** `'hang up'` breaks the connection; with a function the test writes what it likes. */
export type Reply =
  | 'hang up'
  | ((socket: Socket) => void)
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
    if (typeof reply === 'function') return reply(request.socket);
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
    answer: documented,
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

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** What the document says that is answered there, as little as it may be. */
export function documented({ method, path }: Pick<Asked, 'method' | 'path'>): Reply {
  const operations = Object.entries(document.paths)
    .filter(([template]) =>
      new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(path),
    )
    .map(([, item]) => Object(item)[method.toLowerCase()]);
  const { responses = {} } = Object(operations.find(Boolean));
  const [status = '200', answer] = Object.entries(responses).findLast(([one]) => one < '300') ?? [];
  const content: Record<string, { schema: Schema }> | undefined = Object(answer).content;
  if (!content) return { status: Number(status) };
  return { status: Number(status), body: least(content['application/json']?.schema ?? {}) };
}

const SCHEMAS: Readonly<Record<string, Schema>> = Object(document.components.schemas);
const VALUES: Readonly<Record<string, unknown>> = {
  array: [],
  boolean: true,
  integer: 0,
  null: null,
  number: 0,
  string: 'x',
};

function least({ $ref, anyOf, type, required = [], properties = {} }: Schema): unknown {
  if (anyOf?.[0]) return least(anyOf[0]);
  if ($ref !== undefined) return least(SCHEMAS[$ref.split('/').at(-1) ?? ''] ?? {});
  const [first = 'object'] = [type ?? []].flat().toSorted((one) => (one === 'null' ? -1 : 1));
  if (first !== 'object') return VALUES[first];
  return Object.fromEntries(required.map((name) => [name, least(properties[name] ?? {})]));
}
