// Heads of answers as servers and gateways write them, over real sockets: what a client must take (RFC 9110, section
// 15.2; RFC 9112, section 5.2) counts, and what is no answer is called that.
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer, type Server } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { HOST, hasOpenssl, makeCertificates } from './certificates.ts';
import { answering } from './hostile-receivers.ts';
import { LAX, type Listener, listen, senderWith } from './sending.ts';

const listeners: Listener[] = [];
const servers: Server[] = [];
afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.close();
  for (const server of servers.splice(0)) server.close();
});

async function serve(onSocket: (socket: Socket) => void) {
  const listener = await listen(onSocket);
  listeners.push(listener);
  return { ...listener, url: `http://127.0.0.1:${listener.port}/` };
}

async function answerOf(...parts: readonly string[]) {
  const { url } = await serve(
    answering(async (socket) => {
      socket.setNoDelay();
      for (const part of parts) {
        socket.write(part, 'latin1');
        if (parts.length > 1) await delay(1);
      }
    }),
  );
  return await senderWith(LAX)(url, { timeoutMs: 10_000 });
}

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const HINTS = 'HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
const NO_CONTENT = 'HTTP/1.1 204 No Content\r\n\r\n';

const INTERIM: readonly (readonly [title: string, parts: readonly string[], outcome: string])[] = [
  ['100 and then the answer, at once', [CONTINUE + OK], 'http_200'],
  ['100 and 204', [CONTINUE + NO_CONTENT], 'http_204'],
  ['100, and the answer later', [CONTINUE, OK], 'http_200'],
  ['100 twice', [CONTINUE + CONTINUE + OK], 'http_200'],
  ['100 twenty times', [CONTINUE.repeat(20) + OK], 'http_200'],
  ['100 with headers', ['HTTP/1.1 100 Continue\r\nserver: x\r\ndate: y\r\n\r\n', OK], 'http_200'],
  ['100 with a length', [`HTTP/1.1 100 Continue\r\ncontent-length: 0\r\n\r\n${OK}`], 'http_200'],
  ['100 without a reason', [`HTTP/1.1 100 \r\n\r\n${OK}`], 'http_200'],
  ['100 without a space', [`HTTP/1.1 100\r\n\r\n${OK}`], 'http_200'],
  ['100 of HTTP/1.0', [`HTTP/1.0 100 Continue\r\n\r\n${OK}`], 'http_200'],
  ['100 with a further empty line', [`${CONTINUE}\r\n${OK}`], 'http_200'],
  ['100 with bare line feeds', [`HTTP/1.1 100 Continue\n\n${OK}`], 'http_200'],
  ['100 with a folded line', [`HTTP/1.1 100 Continue\r\na: b\r\n c\r\n\r\n${OK}`], 'http_200'],
  ['100, 102 and 103', [`${CONTINUE}HTTP/1.1 102 Processing\r\n\r\n${HINTS}${OK}`], 'http_200'],
  ['103 before 100', [HINTS, CONTINUE, OK], 'http_200'],
  ['104 and 199', [`HTTP/1.1 104 X\r\n\r\nHTTP/1.1 199 Y\r\n\r\n${OK}`], 'http_200'],
  ['100 and an error', [CONTINUE, 'HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n'], 'http_503'],
  ['100 and a redirect', [`${CONTINUE}HTTP/1.1 307 X\r\ncontent-length: 0\r\n\r\n`], 'http_307'],
  ['a byte at a time', [...(CONTINUE + HINTS + OK)], 'http_200'],
];

describe('an interim answer is skipped:', () => {
  it.each(INTERIM)('%s', async (_, parts, outcome) => {
    expect((await answerOf(...parts)).name).toBe(outcome);
  });

  it('at whichever byte the network cuts it', async () => {
    const whole = CONTINUE + OK;
    const outcomes = new Set<string>();
    for (let at = 1; at < whole.length; at++) {
      const sent = await answerOf(whole.slice(0, at), whole.slice(at));
      outcomes.add(`${sent.name} ${sent.body}`);
    }
    expect([...outcomes]).toEqual(['http_200 ok']);
  });

  it('on a kept connection, at each of its requests', async () => {
    const { url, connections } = await serve((socket) =>
      socket.on('data', () => socket.write(CONTINUE + OK)),
    );
    const send = senderWith(LAX);
    for (let request = 0; request < 4; request++) {
      expect((await send(url)).name).toBe('http_200');
      await delay(5); // a connection is free again a moment after its answer
    }
    expect(connections()).toBe(1);
  });

  it('and one that comes after the answer costs the connection only', async () => {
    const { url } = await serve((socket) => socket.on('data', () => socket.write(OK + CONTINUE)));
    const send = senderWith(LAX);
    for (let request = 0; request < 3; request++) expect((await send(url)).name).toBe('http_200');
  });

  it('but is no answer: the receiver that says no more is late', async () => {
    const { url } = await serve(answering((socket) => socket.write(CONTINUE)));
    const sent = await senderWith(LAX)(url, { timeoutMs: 200 });
    expect(sent.name).toBe('timeout_response');
  });

  it('nor is a connection that ends after it', async () => {
    const { url } = await serve(answering((socket) => socket.end(CONTINUE)));
    expect((await senderWith(LAX)(url)).name).toBe('connection_reset');
  });

  it.skipIf(!hasOpenssl)('over TLS', async () => {
    const { authority, valid } = makeCertificates();
    const server = createServer(
      valid,
      answering((socket) => socket.write(CONTINUE + OK)),
    );
    servers.push(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const send = senderWith(LAX, { resolve: async () => ['127.0.0.1'] });
    const sent = await send(`https://${HOST}:${port}/`, { tls: { ca: authority.cert } });
    expect([sent.name, sent.body]).toEqual(['http_200', 'ok']);
  });
});

describe('a folded header line is unfolded:', () => {
  const FOLDED: readonly (readonly [title: string, head: string])[] = [
    ['by a space', 'set-cookie: a=b;\r\n path=/\r\nserver: x'],
    ['by a tab', 'set-cookie: a=b;\r\n\tpath=/\r\nserver: x'],
    ['by many', 'set-cookie: a=b;\r\n \t  path=/\r\nserver: x'],
    ['twice', 'set-cookie: a=b;\r\n path=/;\r\n secure\r\nserver: x'],
    ['with nothing on its first line', 'set-cookie:\r\n a=b\r\nserver: x'],
    ['with nothing on its second line', 'set-cookie: a=b\r\n \r\nserver: x'],
    ['at the end of the head', 'server: x\r\nset-cookie: a=b;\r\n path=/'],
    ['straight after the status', ' folded\r\nserver: x'],
  ];

  it.each(FOLDED)('%s', async (_, head) => {
    const text = `HTTP/1.1 200 OK\r\n${head}\r\ncontent-length: 2\r\n\r\nok`;
    const middle = text.indexOf('\r\n') + 1;
    const halves = [text.slice(0, middle), text.slice(middle)];
    for (const parts of [[text], [CONTINUE + text], halves, [...text]]) {
      const { name, body, headers } = await answerOf(...parts);
      expect([name, body, headers.server]).toEqual(['http_200', 'ok', 'x']);
    }
  });

  it('and a body stays as it is', async () => {
    const body = 'a\r\n b\r\n\tc\r\n\r\n d HTTP/1.1 100 x\r\n\r\n';
    const head = `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`;
    for (const parts of [[head + body], [head, body], [...(head + body)]]) {
      expect((await answerOf(...parts)).body).toBe(body);
    }
  });
});

describe('what is not HTTP/1.1 is called that:', () => {
  it.each([
    ['bare line feeds', 'HTTP/1.1 200 OK\ncontent-length: 0\n\n'],
    ['a space before the colon', 'HTTP/1.1 200 OK\r\ncontent-length : 0\r\n\r\n'],
    ['a control character', 'HTTP/1.1 200 OK\r\nx-a: \u0001\r\n\r\n'],
    ['a NUL', 'HTTP/1.1 200 OK\r\nx-a: a\u0000b\r\n\r\n'],
    ['a line without a colon', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n'],
    ['lower case', 'http/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'],
    ['the status 000', 'HTTP/1.1 000 None\r\ncontent-length: 0\r\n\r\n'],
    ['the status 099', 'HTTP/1.1 099 None\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 1000 OK\r\n\r\n'],
    ['one length twice', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nok'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok'],
    ['a length that is none', 'HTTP/1.1 200 OK\r\ncontent-length: two\r\n\r\nok'],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['HTTP/2', 'HTTP/2 200\r\n\r\n'],
    ['HTTP/0.9', '<html></html>'],
    ['SSH', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ])('%s', async (_, text) => {
    const { name, detail } = await answerOf(text);
    expect([name, detail]).toEqual(['connection_reset', 'The answer is not HTTP/1.1.']);
  });

  it('another protocol by its status', async () => {
    const { name, detail } = await answerOf(
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
    );
    expect([name, detail]).toEqual([
      'connection_reset',
      'The receiver switches to another protocol (status 101).',
    ]);
  });
});
