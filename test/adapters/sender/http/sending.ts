// A sender as the tests of the guard use it, and listeners that count who connects to them.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import {
  createHttpSender,
  type HttpRequest,
  type SenderOptions,
} from '../../../../lambdas/adapters/sender/http/sender.ts';
import {
  type DestinationRules,
  STRICT_RULES,
} from '../../../../lambdas/core/destinations/http/url.ts';
import { type Outcome, outcomeName } from '../../../../lambdas/core/retries/outcome.ts';

export const LAX: DestinationRules = { allowHttp: true, allowPrivate: true, allowedPorts: 'any' };
/** Only the rule about addresses is left to hold. */
export const ADDRESSES_ALONE: DestinationRules = { ...LAX, allowPrivate: false };
export const HTTPS_ALONE: DestinationRules = { ...LAX, allowHttp: false };
export const PORTS_ALONE: DestinationRules = { ...LAX, allowedPorts: STRICT_RULES.allowedPorts };

export interface Sent {
  readonly name: string;
  readonly detail: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tookMs: number;
  readonly certificateExpiresAtMs: number | undefined;
  readonly warnings: readonly (readonly [string, Readonly<Record<string, unknown>>])[];
}

/** A sender that tells what it sent, one request after the other or side by side. */
export function senderWith(rules: DestinationRules, options: SenderOptions = {}) {
  const warnings: [string, Readonly<Record<string, unknown>>][] = [];
  const surroundings = {
    now: () => Date.now(),
    random: Buffer.alloc,
    sleep: async () => undefined,
  };
  const warn = (message: string, fields: Readonly<Record<string, unknown>>) => {
    warnings.push([message, fields]);
  };
  const sender = createHttpSender(rules, surroundings, { warn, ...options });
  return async (url: string, request: Partial<HttpRequest> = {}): Promise<Sent> => {
    const seen = warnings.length;
    const startedAtMs = performance.now();
    const { outcome, certificateExpiresAtMs } = await sender.send({
      url,
      method: 'POST',
      headers: [['content-type', 'application/json']],
      body: Buffer.from('{}'),
      timeoutMs: 1_000,
      ...request,
    });
    const tookMs = performance.now() - startedAtMs;
    const texts = { ...textsOf(outcome), certificateExpiresAtMs };
    return { ...texts, tookMs, warnings: warnings.slice(seen) };
  };
}

function textsOf(outcome: Outcome) {
  const name = outcomeName(outcome);
  return outcome.kind === 'failure'
    ? { name, detail: outcome.detail, body: '', headers: {} }
    : { name, detail: '', body: outcome.response.body, headers: outcome.response.headers };
}

export interface Listener {
  readonly port: number;
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

/** Behind the one port, on IPv4 and, where there is one, IPv6 loopback. */
export async function listen(
  onSocket: (socket: Socket) => void,
  hosts = ['127.0.0.1'],
): Promise<Listener> {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  let port = 0;
  for (const host of hosts) {
    const server = createServer((socket) => {
      connections++;
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
      onSocket(socket);
    }).listen(port, host);
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port; // it listens on a port
    servers.push(server);
  }
  return {
    port,
    connections: () => connections,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(
        servers.map(async (server) => {
          server.close();
          await once(server, 'close');
        }),
      );
    },
  };
}

/** Answers every request at once, and closes. */
export function answerAndClose(socket: Socket): void {
  socket.once('data', () =>
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok'),
  );
}

/** Counts the sockets that this process opens as a client, whatever they lead to. */
export function countClientSockets(): { readonly count: () => number; readonly stop: () => void } {
  let count = 0;
  const note = () => {
    count++;
  };
  subscribe('net.client.socket', note);
  return { count: () => count, stop: () => void unsubscribe('net.client.socket', note) };
}
