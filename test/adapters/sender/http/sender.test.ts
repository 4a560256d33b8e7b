import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpSender } from '../../../../lambdas/adapters/sender/http/sender.ts';
import {
  type DestinationRules,
  STRICT_RULES,
} from '../../../../lambdas/core/destinations/http/url.ts';
import { outcomeName } from '../../../../lambdas/core/retries/outcome.ts';

const LAX: DestinationRules = { allowHttp: true, allowPrivate: true, allowedPorts: 'any' };
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  return `http://127.0.0.1:${port}`;
}

async function send(url: string, timeoutMs = 2_000, rules = LAX) {
  const sender = createHttpSender(rules, {
    now: () => Date.now(),
    random: Buffer.alloc,
    sleep: async () => undefined,
  });
  const { outcome } = await sender.send({
    url,
    method: 'POST',
    headers: [['content-type', 'application/json']],
    body: Buffer.from('{}'),
    timeoutMs,
  });
  return {
    name: outcomeName(outcome),
    ...(outcome.kind === 'response' ? outcome.response : { detail: outcome.detail }),
  };
}

describe('an answer', () => {
  it('is kept by its status, its telling headers and the first KiB of its body', async () => {
    const url = await serve((_, response) => {
      response.writeHead(418, { 'content-type': 'text/plain', 'set-cookie': 'a=b', server: 'tea' });
      response.end('x'.repeat(5_000));
    });
    const { name, headers, body } = { headers: undefined, body: '', ...(await send(url)) };
    expect(name).toBe('http_418');
    expect(headers).toMatchObject({ 'content-type': 'text/plain', server: 'tea' });
    expect(headers).not.toHaveProperty('set-cookie');
    expect(body).toBe('x'.repeat(1024));
  });

  it('that redirects is not followed', async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      requests++;
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect((await send(url)).name).toBe('http_302');
    expect(requests).toBe(1);
  });

  it.each([
    ['120', 120_000],
    ['0', 0],
    ['soon', undefined],
    ['Wed, 21 Oct 2015 07:28:00 GMT', 0],
  ])('with Retry-After: %s asks for %s ms', async (value, expected) => {
    const url = await serve((_, response) => {
      response.writeHead(503, { 'retry-after': value }).end();
    });
    expect({ retryAfterMs: undefined, ...(await send(url)) }.retryAfterMs).toBe(expected);
  });

  // Regression: the receiver had taken the delivery, and got it again.
  it('of 200 counts even when its body breaks off', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('beginning');
      setImmediate(() => response.destroy());
    });
    expect((await send(url)).name).toBe('http_200');
  });

  it('of 200 counts even when its body never ends', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200);
      response.write('beginning');
    });
    expect(await send(url, 300)).toMatchObject({ name: 'http_200', body: 'beginning' });
  });

  it('without end is read up to 64 KiB only', async () => {
    let written = 0;
    const url = await serve((_, response) => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const more = (): void => {
        written += chunk.length;
        if (!response.destroyed && written < 200_000_000 && response.write(chunk))
          setImmediate(more);
        else response.once('drain', more);
      };
      more();
    });
    expect((await send(url)).name).toBe('http_200');
    expect(written).toBeLessThan(50_000_000);
  });
});

describe('no answer', () => {
  it('in time is a timeout', async () => {
    const url = await serve(() => undefined);
    expect((await send(url, 200)).name).toBe('timeout_response');
  });

  it('because nobody listens is a refused connection', async () => {
    const url = await serve(() => undefined);
    const server = servers.pop();
    server?.close();
    if (server) await once(server, 'close');
    expect((await send(url)).name).toBe('connection_refused');
  });

  it('because the connection breaks is a reset', async () => {
    const url = await serve((request) => request.socket.destroy());
    expect((await send(url)).name).toBe('connection_reset');
  });

  it('but something else than HTTP is a broken connection', async () => {
    const server = createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo; // it listens on a port
    expect((await send(`http://127.0.0.1:${port}/`)).name).toBe('connection_reset');
    server.close();
  });

  it('because it does not speak TLS is a TLS failure', async () => {
    const url = await serve(() => undefined);
    expect((await send(url.replace('http:', 'https:'))).name).toBe('tls');
  });

  it('because its headers are endless is too large', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'x-large': 'x'.repeat(60_000) }).end();
    });
    expect((await send(url)).name).toBe('too_large');
  });
});

describe('the guard', () => {
  it('refuses a literal address before any connection', async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      requests++;
      response.end();
    });
    const rules = { ...LAX, allowPrivate: false };
    expect((await send(url, 2_000, rules)).name).toBe('blocked_address');
    expect(requests).toBe(0);
  });

  it('refuses a name that leads to an inner address when it is connected to', async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      requests++;
      response.end();
    });
    // What was saved under other rules, or turned to an inner address later, meets the guard here.
    const named = url.replace('127.0.0.1', 'localhost');
    expect((await send(named, 2_000, { ...LAX, allowPrivate: false })).name).toBe(
      'blocked_address',
    );
    expect(requests).toBe(0);
  });

  it('refuses plain HTTP and other ports under a stack’s rules', async () => {
    expect((await send('http://example.com/', 2_000, STRICT_RULES)).name).toBe('blocked_address');
    expect((await send('https://example.com:22/', 2_000, STRICT_RULES)).name).toBe(
      'blocked_address',
    );
  });
});
