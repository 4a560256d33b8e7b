// Receivers that mean harm, or are broken, over real sockets: each has its outcome within its deadline.
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { listenWithoutAccepting } from './full-backlog.ts';
import { answering, CASES, flood, OK } from './hostile-receivers.ts';
import { answerAndClose, LAX, type Listener, listen, senderWith } from './sending.ts';

const TIMEOUT_MS = 400;
/** The machine is slow and shared; without a deadline these would take minutes or for ever. */
const LENIENCE_MS = 600;

const bomb = gzipSync(Buffer.alloc(20_000_000));
const listeners: Listener[] = [];
afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.close();
});

async function serve(onSocket: (socket: Socket) => void): Promise<Listener> {
  const listener = await listen(onSocket);
  listeners.push(listener);
  return listener;
}

describe('a receiver that', () => {
  it.each(CASES)('$title ends as $outcome, in time', async ({ receiver, outcome }) => {
    const { port } = await serve(receiver);
    const sent = await senderWith(LAX)(`http://127.0.0.1:${port}/`, { timeoutMs: TIMEOUT_MS });
    expect(sent.name).toBe(outcome);
    expect(sent.tookMs).toBeLessThan(TIMEOUT_MS + LENIENCE_MS);
    expect(sent.detail).not.toMatch(/127\.0\.0\.1|::1/);
  });

  it('floods is read up to 64 KiB and cut off', async () => {
    const written = { bytes: 0 };
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const { port } = await serve(
      answering((socket) => {
        socket.write(`${OK}\r\n`);
        flood(socket, chunk, written);
      }),
    );
    const sent = await senderWith(LAX)(`http://127.0.0.1:${port}/`);
    expect(sent.name).toBe('http_200');
    expect(sent.body).toBe('x'.repeat(1024));
    // What the kernel's buffers on both sides hold, and not a gigabyte.
    expect(written.bytes).toBeLessThan(20_000_000);
  });

  it('sends a gzip bomb is not decompressed', async () => {
    const { port } = await serve(
      answering((socket) =>
        socket.end(
          Buffer.concat([
            Buffer.from(`${OK}content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`),
            bomb,
          ]),
        ),
      ),
    );
    const sent = await senderWith(LAX)(`http://127.0.0.1:${port}/`);
    expect(sent.name).toBe('http_200');
    expect(sent.headers['content-encoding']).toBe('gzip');
    const asSent = bomb.subarray(0, 1024).toString('utf8').replaceAll('\u0000', '\ufffd');
    expect(sent.body).toBe(asSent);
  });

  it('never accepts is late in connecting', async () => {
    const full = await listenWithoutAccepting();
    try {
      const url = `http://127.0.0.1:${full.port}/`;
      const whole = await senderWith(LAX)(url, { timeoutMs: 200 });
      const own = await senderWith(LAX, { limits: { connect: 200 } })(url);
      for (const { name, detail, tookMs } of [whole, own]) {
        expect([name, detail]).toEqual(['timeout_connect', 'No connection could be made in time.']);
        expect(tookMs).toBeLessThan(200 + LENIENCE_MS);
      }
    } finally {
      await full.close();
    }
  });

  it('accepts and never shakes hands for TLS is late in the handshake', async () => {
    const { port } = await serve(() => undefined);
    const whole = await senderWith(LAX)(`https://127.0.0.1:${port}/`, { timeoutMs: 200 });
    const own = await senderWith(LAX, { limits: { tls: 200 } })(`https://127.0.0.1:${port}/`);
    for (const { name, detail, tookMs } of [whole, own]) {
      expect([name, detail]).toEqual(['timeout_connect', 'The TLS handshake did not end in time.']);
      expect(tookMs).toBeLessThan(200 + LENIENCE_MS);
    }
  });

  it('resets in the TLS handshake has broken the connection', async () => {
    const { port } = await serve(answering((socket) => socket.resetAndDestroy()));
    expect((await senderWith(LAX)(`https://127.0.0.1:${port}/`)).name).toBe('connection_reset');
  });

  it.each([301, 302, 303, 307, 308])(
    'redirects with %s to an inner listener is not followed',
    async (status) => {
      const inner = await serve(answerAndClose);
      const { port, connections } = await serve(
        answering((socket) =>
          socket.end(
            `HTTP/1.1 ${status} Moved\r\nlocation: http://127.0.0.1:${inner.port}/\r\nrefresh: 0;url=http://127.0.0.1:${inner.port}/\r\ncontent-length: 0\r\n\r\n`,
          ),
        ),
      );
      expect((await senderWith(LAX)(`http://127.0.0.1:${port}/`)).name).toBe(`http_${status}`);
      expect([connections(), inner.connections()]).toEqual([1, 0]);
    },
  );

  it('redirects to itself for ever is asked once', async () => {
    const { port, connections } = await serve(
      answering((socket) =>
        socket.end('HTTP/1.1 307 Loop\r\nlocation: /\r\ncontent-length: 0\r\n\r\n'),
      ),
    );
    expect((await senderWith(LAX)(`http://127.0.0.1:${port}/`)).name).toBe('http_307');
    expect(connections()).toBe(1);
  });
});

describe('a healthy receiver beside them', () => {
  it('loses nothing, and waits for none of them', async () => {
    const send = senderWith(LAX);
    const healthy = await serve(answerAndClose);
    const bad = await Promise.all(CASES.map(({ receiver }) => serve(receiver)));
    const harm = bad.map(({ port }) =>
      send(`http://127.0.0.1:${port}/`, { timeoutMs: TIMEOUT_MS }),
    );
    const sent = await Promise.all(
      Array.from({ length: 50 }, () =>
        send(`http://127.0.0.1:${healthy.port}/`, { timeoutMs: 5_000 }),
      ),
    );
    expect(sent.filter(({ name }) => name !== 'http_200')).toEqual([]);
    expect((await Promise.all(harm)).map(({ name }) => name)).toEqual(
      CASES.map(({ outcome }) => outcome),
    );
  });
});
