// What goes onto the wire is one request with the headers that were meant, or nothing.
import { afterEach, describe, expect, it } from 'vitest';
import { LAX, type Listener, listen, senderWith } from './sending.ts';

const listeners: Listener[] = [];
afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.close();
});

async function record(): Promise<{ url: string; text: () => string; connections: () => number }> {
  let text = '';
  const listener = await listen((socket) =>
    socket.on('data', (data) => {
      text += data.toString('latin1');
      socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    }),
  );
  listeners.push(listener);
  return {
    url: `http://127.0.0.1:${listener.port}/`,
    text: () => text,
    connections: listener.connections,
  };
}

describe('a header', () => {
  it.each<[name: string, value: string]>([
    ['x-a', 'b\r\nx-injected: c'],
    ['x-a', 'b\nx-injected: c'],
    ['x-a', 'b\rx-injected: c'],
    ['x-a', '\r\n\r\nGET / HTTP/1.1'],
    ['x-a', 'b\u0000c'],
    ['x-a', 'b\u007fc'],
    ['x-a', 'b\u010ac'],
    ['x-a', 'b\u560d\u560ax-injected: c'],
    ['x-a\r\nx-injected', 'c'],
    ['x-a: b\r\nx-injected', 'c'],
    ['x a', 'b'],
    ['x-a:', 'b'],
    ['', 'b'],
    ['x-ä', 'b'],
    ['Host', 'inner.example.org'],
    ['hOST', 'inner.example.org'],
    ['Content-Length', '0'],
    ['Transfer-Encoding', 'chunked'],
    ['Connection', 'upgrade'],
    ['Upgrade', 'h2c'],
    ['Expect', '100-continue'],
    ['Keep-Alive', 'timeout=9'],
    ['TE', 'trailers'],
    ['Trailer', 'x'],
    ['Proxy-Authorization', 'Basic eA=='],
    ['Proxy-Connection', 'keep-alive'],
  ])('of %j: %j is not sent, nor anything else', async (name, value) => {
    const { url, connections } = await record();
    const sent = await senderWith(LAX)(url, {
      headers: [
        ['content-type', 'a/b'],
        [name, value],
      ],
    });
    expect([sent.name, sent.detail]).toEqual(['unshapeable', 'A header cannot be sent as it is.']);
    expect(connections()).toBe(0);
  });

  it('that is sound is sent as it is, in one request', async () => {
    const { url, text } = await record();
    const headers = [
      ['Content-Type', 'application/json'],
      ['X-Mixed-Case', 'a "b"; c=\u00e4\td'],
    ] as const;
    expect((await senderWith(LAX)(`${url}p?q=%0d%0aX:y`, { headers })).name).toBe('http_200');
    expect(text()).toMatch(/^POST \/p\?q=%0d%0aX:y HTTP\/1\.1\r\n/);
    expect(text()).toContain('\r\nX-Mixed-Case: a "b"; c=\u00e4\td\r\n');
    expect(text()).toContain('\r\ncontent-length: 2\r\n');
    expect(text().match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(text().endsWith('\r\n\r\n{}')).toBe(true);
  });
});
