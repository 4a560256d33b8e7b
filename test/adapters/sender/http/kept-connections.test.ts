// Requests and the connections they share: none is sent late, and none is lost to a kept connection.
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { LAX, type Listener, listen, senderWith } from './sending.ts';

const listeners: Listener[] = [];
afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.close();
});

/** undici frees a connection in the turn of the event loop after its answer. */
async function turn(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

/** Keeps connections, and all heads of requests that come; `answer` may do something else instead. */
async function keepAlive(answer?: (socket: Socket, numberOnSocket: number) => boolean) {
  const requests: string[] = [];
  const listener = await listen((socket) => {
    let count = 0;
    let received = '';
    socket.on('data', (data) => {
      received += data.toString('latin1');
      if (!received.endsWith('\r\n\r\n{}')) return;
      requests.push(received.split('\r\n')[0] ?? '');
      received = '';
      if (answer?.(socket, ++count)) return;
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    });
  });
  listeners.push(listener);
  return { listener, requests };
}

describe('a request whose time is up before it has a connection', () => {
  it('is not sent on a connection that is made later', async () => {
    const { listener, requests } = await keepAlive();
    const lookUp = Promise.withResolvers<readonly string[]>();
    const send = senderWith(LAX, { resolve: () => lookUp.promise });
    const url = `http://hooks.example.org:${listener.port}`;
    expect((await send(`${url}/late`, { timeoutMs: 50 })).name).toBe('dns');
    lookUp.resolve(['127.0.0.1']);
    expect((await send(`${url}/next`)).name).toBe('http_200');
    expect(requests).toEqual(['POST /next HTTP/1.1']);
  });
});

describe('a connection', () => {
  it('serves one request after the other', async () => {
    const { listener, requests } = await keepAlive();
    const send = senderWith(LAX);
    for (const path of ['/1', '/2', '/3']) {
      expect((await send(`http://127.0.0.1:${listener.port}${path}`)).name).toBe('http_200');
      await turn();
    }
    expect(requests).toHaveLength(3);
    expect(listener.connections()).toBe(1);
  });

  it('that the receiver gives up as it is used again costs no delivery', async () => {
    const { listener, requests } = await keepAlive((socket, numberOnSocket) => {
      if (numberOnSocket > 1) socket.resetAndDestroy();
      return numberOnSocket > 1;
    });
    const send = senderWith(LAX);
    const url = `http://127.0.0.1:${listener.port}/`;
    expect((await send(url)).name).toBe('http_200');
    await turn();
    expect((await send(url)).name).toBe('http_200');
    expect(requests).toHaveLength(3);
    expect(listener.connections()).toBe(2);
  });

  // Regression: the receiver was asked again, though it had the request and may have done what it asks.
  it.each<[string, (socket: Socket) => unknown]>([
    ['a while after it read the request', (socket) => setTimeout(() => socket.destroy(), 300)],
    ['after a part of its answer', (socket) => socket.end('HTTP/1.1 20')],
  ])('that the receiver gives up %s costs the attempt', async (_, giveUp) => {
    const { listener, requests } = await keepAlive((socket, numberOnSocket) => {
      if (numberOnSocket > 1) giveUp(socket);
      return numberOnSocket > 1;
    });
    const send = senderWith(LAX);
    const url = `http://127.0.0.1:${listener.port}/`;
    expect((await send(url)).name).toBe('http_200');
    await turn();
    expect((await send(url)).name).toBe('connection_reset');
    expect(requests).toHaveLength(2);
    expect(listener.connections()).toBe(1);
  });

  it('that a cut-off answer came on is not used again', async () => {
    const { listener } = await keepAlive((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 10000000\r\n\r\n${'x'.repeat(200_000)}`);
      return true;
    });
    const send = senderWith(LAX);
    const url = `http://127.0.0.1:${listener.port}/`;
    expect((await send(url)).name).toBe('http_200');
    await turn();
    expect((await send(url)).name).toBe('http_200');
    expect(listener.connections()).toBe(2);
  });

  it('is closed when its request is late', async () => {
    const closed = Promise.withResolvers<Socket>();
    const listener = await listen((socket) => closed.resolve(socket.resume()));
    listeners.push(listener);
    const sent = await senderWith(LAX)(`http://127.0.0.1:${listener.port}/`, { timeoutMs: 100 });
    expect(sent.name).toBe('timeout_response');
    const socket = await closed.promise;
    if (!socket.closed) await once(socket, 'close');
    expect(socket.closed).toBe(true);
  });
});
