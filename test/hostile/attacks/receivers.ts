// Receivers that mean harm, by what an attempt at them comes to: how they answer, and what their names lead to.
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { FailureKind } from '../../../lambdas/core/retries/outcome.ts';
import { answering, CASES, flood, OK } from '../../adapters/sender/http/hostile-receivers.ts';

/** An address of this machine that the operator's list closes. */
export const CLOSED = '127.0.0.2';
export const OPEN = '127.0.0.1';

/** Addresses at each look-up in turn, the last of them from then on. */
type Addresses = readonly (readonly string[])[] | 'hang' | 'unknown';

export interface ReceiverAttack {
  readonly title: string;
  /** @param inner a port at the closed address where nobody may come */
  readonly receiver?: (socket: Socket, inner: number) => void;
  readonly scheme?: 'https';
  /** Of its name; without it the URL has the address. */
  readonly addresses?: Addresses;
  /** Nobody listens there. */
  readonly isClosed?: true;
}

const ok = answering((socket) => socket.end(`${OK}content-length: 0\r\nconnection: close\r\n\r\n`));
const bomb = gzipSync(Buffer.alloc(50_000_000), { level: 1 });
const chunk = Buffer.alloc(64 * 1024, 'x');
const of = (outcome: string): ReceiverAttack[] =>
  CASES.filter((one) => one.outcome === outcome).map(({ title, receiver }) => ({
    title,
    receiver,
  }));

const answers: readonly ReceiverAttack[] = [
  ...of('http_200'),
  {
    title: 'answers without end',
    receiver: answering((socket) => {
      socket.write(`${OK}\r\n`);
      flood(socket, chunk, { bytes: 0 });
    }),
  },
  {
    title: 'answers a gzip bomb',
    receiver: answering((socket) => {
      socket.write(`${OK}content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`);
      socket.end(bomb);
    }),
  },
];

const redirects = [301, 302, 303, 307, 308].map((status): [string, ReceiverAttack[]] => [
  `http_${status}`,
  [
    {
      title: `redirects to a private address with ${status}`,
      receiver: (socket, inner) =>
        answering((one) =>
          one.end(
            `HTTP/1.1 ${status} Moved\r\nlocation: http://${CLOSED}:${inner}/\r\ncontent-length: 0\r\n\r\n`,
          ),
        )(socket),
    },
  ],
]);

/** By the outcome's name. */
export const RECEIVER_ATTACKS: Readonly<Record<string, readonly ReceiverAttack[]>> = {
  http_200: answers,
  ...Object.fromEntries(redirects),
  timeout_connect: [
    { title: 'never shakes hands for TLS', scheme: 'https', receiver: () => undefined },
  ],
  timeout_response: of('timeout_response'),
  dns: [
    { title: 'has a name that never resolves', addresses: 'hang' },
    { title: 'has a name that there is not', addresses: 'unknown' },
  ],
  connection_refused: [{ title: 'does not listen', isClosed: true }],
  connection_reset: of('connection_reset'),
  tls: [
    {
      title: 'answers TLS with plain text',
      scheme: 'https',
      receiver: answering((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    },
  ],
  blocked_address: [
    { title: 'has a name of a private address', addresses: [[CLOSED]], receiver: ok },
    {
      title: 'has a name of an open and a private address',
      addresses: [[OPEN, CLOSED]],
      receiver: ok,
    },
  ],
  too_large: of('too_large'),
};

/** Outcomes that no receiver brings about. */
export const NOT_BY_RECEIVERS: readonly FailureKind[] = [
  'unshapeable',
  'transform_failed',
  'undeliverable',
  'event_expired',
];

/** Allowed when it is saved and first used, and then another. */
export const REBINDING: ReceiverAttack = {
  title: 'changes its address between deliveries',
  addresses: [[OPEN], [CLOSED]],
  receiver: ok,
};
