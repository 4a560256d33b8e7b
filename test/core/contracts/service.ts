// A running service for the tests of contracts: the embedded runtime, a client as the operator, and a
// receiver on loopback that keeps what came over the wire as it was.
import { createServer, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Runtime, startRuntime } from '../../../local/runtime.ts';
import { temporaryFolder } from '../../local/emulators.ts';
import type { Received } from './independent-verifiers.ts';

const OPERATOR_KEY = 'an-operator-key-of-more-than-32-characters';

export interface Arrived extends Received {
  readonly path: string;
  readonly atMs: number;
}

export interface Service {
  readonly url: string;
  readonly receiverUrl: string;
  readonly arrived: Arrived[];
  /** Answers a delivery: 200 unless it is set. */
  answer: (delivery: Arrived) => number | Promise<number>;
  ask(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  stop(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into member by member
  readonly json: any;
  readonly text: string;
}

export async function startService(): Promise<Service> {
  const folder = temporaryFolder();
  const runtime: Runtime = await startRuntime({
    dataDir: folder.path,
    operatorKey: OPERATOR_KEY,
    receiver: false,
    quiet: true,
  });
  const arrived: Arrived[] = [];
  let receiverUrl = '';
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const raw = request.rawHeaders;
    const path = request.url ?? '/';
    const delivery: Arrived = {
      method: request.method ?? '',
      url: receiverUrl + path,
      path,
      atMs: Date.now(),
      rawHeaders: Array.from({ length: raw.length / 2 }, (_, i) => [
        raw[2 * i] ?? '',
        raw[2 * i + 1] ?? '',
      ]),
      body: Buffer.concat(chunks),
    };
    arrived.push(delivery);
    response.writeHead(await service.answer(delivery)).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  receiverUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;

  const service: Service = {
    url: runtime.url,
    receiverUrl,
    arrived,
    answer: () => 200,
    async ask(method, path, body, headers = {}) {
      const response = await fetch(runtime.url + path, {
        method,
        headers: {
          authorization: `Bearer ${OPERATOR_KEY}`,
          'posthorn-tenant': 'acme',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, json: parsed(text) };
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await runtime.stop();
      folder.remove();
    },
  };
  await service.ask('PUT', '/v1/tenants/acme', { name: 'Acme & Söhne' });
  return service;
}

/** Polls until the condition gives something true. */
export async function within<T>(
  seconds: number,
  condition: () => T | Promise<T>,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`still not so after ${seconds} s: ${condition}`);
    await delay(20);
  }
}
export const eventually = <T>(condition: () => T | Promise<T>) => within(20, condition);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
