// A receiver on loopback that keeps each request with its exact bytes and answers as it is told.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from './eventually.ts';

export interface Arrival {
  readonly path: string;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly atMs: number;
}

/** The status for the nth request of a path, counted from 1, and how long to wait with the next; none leaves it unanswered. */
export type Answer = (
  nth: number,
) => number | { readonly status: number; readonly retryAfter: string } | undefined;

export interface TestReceiver {
  readonly url: string;
  /** What came to a path, oldest first. */
  at(path: string): readonly Arrival[];
  /** What came to a path once so many did. */
  untilAt(path: string, count: number, deadlineMs?: number): Promise<readonly Arrival[]>;
  /** How a path answers; 204 at first. */
  answer(path: string, answer: Answer): void;
  /** Keeps requests waiting for their answer, until they are let go. */
  hold(): void;
  letGo(): void;
  held(): number;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<TestReceiver> {
  const arrivals = new Map<string, Arrival[]>();
  const answers = new Map<string, Answer>();
  let waiting: ServerResponse[] | undefined;

  const server = createServer(async (request, response) => {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const path = request.url ?? '/';
      const { method = '', headers } = request;
      const here = arrivals.get(path) ?? [];
      arrivals.set(path, here);
      here.push({ path, method, headers, body: Buffer.concat(chunks), atMs: Date.now() });
      const answer = answers.get(path) ?? (() => 204);
      const given = answer(here.length);
      if (given === undefined) return;
      if (typeof given === 'number') response.statusCode = given;
      else response.writeHead(given.status, { 'retry-after': given.retryAfter });
      if (waiting) waiting.push(response);
      else response.end();
    } catch {
      response.destroy();
    }
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port, not on a pipe

  const at = (path: string) => arrivals.get(path) ?? [];
  return {
    url: `http://127.0.0.1:${port}`,
    at,
    untilAt: (path, count, deadlineMs) =>
      eventually(() => at(path).length >= count && at(path), deadlineMs),
    answer: (path, answer) => void answers.set(path, answer),
    hold: () => {
      waiting = [];
    },
    letGo: () => {
      for (const response of waiting ?? []) response.end();
      waiting = undefined;
    },
    held: () => waiting?.length ?? 0,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
