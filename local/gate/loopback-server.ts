// Small pieces of HTTP that the emulators and the receiver share: listening on loopback only,
// reading a body, answering JSON.
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export async function listenOnLoopback(server: Server, port = 0): Promise<string> {
  const host = '127.0.0.1';
  return `http://${host}:${await listen(server, port, host)}`;
}

/** Listens, and answers with the real port; a port in use rejects with EADDRINUSE. */
export async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  // A TCP server's address is an object, never the string of a pipe.
  return (server.address() as AddressInfo).port;
}

/** More than any AWS service takes that is emulated here: BatchWriteItem, 16 MB. */
const MAX_AWS_REQUEST_BYTES = 17 * 1024 * 1024;

/** @param hold is told of each piece before it is kept, and may throw */
export async function readBody(
  request: IncomingMessage,
  maxBytes = MAX_AWS_REQUEST_BYTES,
  hold: (bytes: number) => void = () => undefined,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new BodyTooLarge();
    hold(chunk.length);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

export class BodyTooLarge extends Error {}

export function answerJson(
  response: ServerResponse,
  statusCode: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(statusCode, {
    'content-type': 'application/json',
    'content-length': String(text.length),
    ...headers,
  });
  response.end(text);
}

export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
