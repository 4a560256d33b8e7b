// Receivers that mean harm, or are broken, and how a delivery to each of them ends.
import type { Socket } from 'node:net';

/** After the request's head has come. */
export const answering = (write: (socket: Socket) => void) => (socket: Socket) =>
  void socket.once('data', () => write(socket));

function every(socket: Socket, ms: number, text: string): void {
  const timer = setInterval(() => socket.write(text), ms);
  socket.on('close', () => clearInterval(timer));
}

/** One byte of the text after the other. */
function drip(socket: Socket, ms: number, text: string): void {
  let at = 0;
  const timer = setInterval(() => socket.write(text[at++] ?? ''), ms);
  socket.on('close', () => clearInterval(timer));
}

/** Writes as fast as the other side reads, and counts. */
export function flood(socket: Socket, chunk: Buffer, written: { bytes: number }): void {
  const more = (): void => {
    while (!socket.destroyed && socket.writable) {
      written.bytes += chunk.length;
      if (!socket.write(chunk)) return void socket.once('drain', more);
    }
  };
  more();
}

export const OK = 'HTTP/1.1 200 OK\r\n';

export interface Case {
  readonly title: string;
  readonly receiver: (socket: Socket) => void;
  readonly outcome: string;
}

export const CASES: readonly Case[] = [
  {
    title: 'says nothing after the request',
    receiver: () => undefined,
    outcome: 'timeout_response',
  },
  {
    title: 'sends its head a byte at a time',
    receiver: answering((s) => drip(s, 50, `HTTP/1.1 200 ${'x'.repeat(1_000)}`)),
    outcome: 'timeout_response',
  },
  {
    title: 'sends headers for ever',
    receiver: answering((s) => {
      s.write(OK);
      every(s, 20, 'x-more: 1\r\n');
    }),
    outcome: 'timeout_response',
  },
  {
    title: 'sends interim answers for ever',
    receiver: answering((s) => every(s, 20, 'HTTP/1.1 100 Continue\r\n\r\n')),
    outcome: 'timeout_response',
  },
  {
    title: 'sends as many interim answers as it can',
    receiver: answering((s) =>
      flood(s, Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'.repeat(1_000)), { bytes: 0 }),
    ),
    outcome: 'too_large',
  },
  {
    title: 'never ends an interim answer',
    receiver: answering((s) => {
      s.write('HTTP/1.1 102 Processing\r\n');
      every(s, 20, 'x-more: 1\r\n');
    }),
    outcome: 'timeout_response',
  },
  {
    title: 'sends line ends for ever',
    receiver: answering((s) => flood(s, Buffer.from('\r\n'.repeat(1_000)), { bytes: 0 })),
    outcome: 'too_large',
  },
  {
    title: 'sends early hints for ever',
    receiver: answering((s) => every(s, 20, 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n')),
    outcome: 'timeout_response',
  },
  {
    title: 'sends its body a byte at a time',
    receiver: answering((s) => {
      s.write(`${OK}content-length: 100\r\n\r\n`);
      every(s, 50, 'x');
    }),
    outcome: 'http_200',
  },
  {
    title: 'sends its chunks a byte at a time',
    receiver: answering((s) => {
      s.write(`${OK}transfer-encoding: chunked\r\n\r\n`);
      every(s, 50, '1\r\nx\r\n');
    }),
    outcome: 'http_200',
  },
  {
    title: 'never ends a chunk extension',
    receiver: answering((s) => {
      s.write(`${OK}transfer-encoding: chunked\r\n\r\n1;`);
      every(s, 20, 'x'.repeat(100));
    }),
    outcome: 'http_200',
  },
  {
    title: 'sends trailers for ever',
    receiver: answering((s) => {
      s.write(`${OK}transfer-encoding: chunked\r\n\r\n0\r\n`);
      every(s, 20, 'x-trailer: 1\r\n');
    }),
    outcome: 'http_200',
  },
  {
    title: 'announces a body of an exabyte',
    receiver: answering((s) => s.write(`${OK}content-length: 999999999999999\r\n\r\nx`)),
    outcome: 'http_200',
  },
  {
    title: 'resets at the request',
    receiver: answering((s) => s.resetAndDestroy()),
    outcome: 'connection_reset',
  },
  { title: 'resets at accept', receiver: (s) => s.resetAndDestroy(), outcome: 'connection_reset' },
  {
    title: 'closes its half at accept',
    receiver: (s) => void s.end(),
    outcome: 'connection_reset',
  },
  {
    title: 'closes its half in the head',
    receiver: answering((s) => s.end('HTTP/1.1 200')),
    outcome: 'connection_reset',
  },
  {
    title: 'closes its half in the body',
    receiver: answering((s) => s.end(`${OK}content-length: 100\r\n\r\nhalf`)),
    outcome: 'http_200',
  },
  {
    title: 'speaks HTTP/1.0',
    receiver: answering((s) => s.end('HTTP/1.0 200 OK\r\n\r\nold')),
    outcome: 'http_200',
  },
  {
    title: 'speaks HTTP/0.9',
    receiver: answering((s) => s.end('<html>')),
    outcome: 'connection_reset',
  },
  {
    title: 'speaks HTTP/2',
    receiver: answering((s) => s.end(Buffer.from('000000040000000000', 'hex'))),
    outcome: 'connection_reset',
  },
  {
    title: 'speaks SSH',
    receiver: (s) => void s.end('SSH-2.0-OpenSSH_9.6\r\n'),
    outcome: 'connection_reset',
  },
  {
    title: 'sends zeros',
    receiver: answering((s) => s.end(Buffer.alloc(10_000))),
    outcome: 'connection_reset',
  },
  {
    title: 'sends a status of four digits',
    receiver: answering((s) => s.end('HTTP/1.1 2000 OK\r\n\r\n')),
    outcome: 'connection_reset',
  },
  {
    title: 'sends two lengths',
    receiver: answering((s) => s.end(`${OK}content-length: 1\r\ncontent-length: 2\r\n\r\nab`)),
    outcome: 'connection_reset',
  },
  {
    title: 'sends a length and chunks',
    receiver: answering((s) =>
      s.end(`${OK}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`),
    ),
    outcome: 'connection_reset',
  },
  {
    title: 'switches protocols unasked',
    receiver: answering((s) =>
      s.write('HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    ),
    outcome: 'connection_reset',
  },
  {
    title: 'sends 10,000 headers',
    receiver: answering((s) => s.end(`${OK}${'x-header: value\r\n'.repeat(10_000)}\r\n`)),
    outcome: 'too_large',
  },
  {
    title: 'sends a header of 1 MB',
    receiver: answering((s) => s.end(`${OK}x-large: ${'x'.repeat(1_000_000)}\r\n\r\n`)),
    outcome: 'too_large',
  },
  {
    title: 'sends a header name of 1 MB',
    receiver: answering((s) => s.end(`${OK}${'x'.repeat(1_000_000)}: y\r\n\r\n`)),
    outcome: 'too_large',
  },
  {
    title: 'sends a status line of 1 MB',
    receiver: answering((s) => s.end(`HTTP/1.1 200 ${'x'.repeat(1_000_000)}\r\n\r\n`)),
    outcome: 'http_200',
  },
];
