// One attempt is one request, unless the receiver had closed the connection before it could see it.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { createSender } from '../../lambdas/adapters/sender/sender.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Answers its first request; works on every other for a while, and dies. */
async function aReceiverThatDies(bodies: string[]): Promise<string> {
  let requests = 0;
  server = createServer((request, response) => {
    const isFirst = ++requests === 1;
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      bodies.push(body);
      if (isFirst) response.end('ok');
      else setTimeout(() => request.socket.destroy(), 700);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port, not on a pipe
  return `http://127.0.0.1:${port}/`;
}

it.fails('a receiver that read a request on a kept connection, and died at work, is not asked again', async () => {
  const bodies: string[] = [];
  const url = await aReceiverThatDies(bodies);
  const rules = { allowHttp: true, allowPrivate: true, allowedPorts: 'any' } as const;
  const surroundings = { now: Date.now, random: Buffer.alloc, sleep: async () => undefined };
  const sender = createSender(rules, surroundings);
  const send = (text: string) =>
    sender.send({ url, method: 'POST', headers: [], body: Buffer.from(text), timeoutMs: 5_000 });
  await send('one');
  await wait(100); // the connection goes back to be used again
  await send('two');
  expect(bodies).toEqual(['one', 'two']);
});
