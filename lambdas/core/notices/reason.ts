// The likely reason why an endpoint fails, in words, from what its attempts came to.

const WORDS: Readonly<Record<string, string>> = {
  dns: 'The host name of its URL cannot be resolved.',
  connection_refused: 'Its server refuses connections.',
  connection_reset: 'Its server closes connections before it answers.',
  timeout_connect: 'No connection to its server can be made.',
  timeout_response: 'It does not answer in time.',
  tls: 'The TLS connection fails: its certificate may have expired, or its chain may be incomplete.',
  blocked_address: 'Its URL leads to an address to which nothing may be sent.',
  too_large: 'The headers of its answers are too large.',
  http_401: 'It refuses our requests: its secret or its credentials may have been changed.',
  http_403:
    'It refuses our requests: its secret, its credentials or a firewall may have been changed.',
  http_404: 'Nothing is at its URL any more.',
  http_405: 'It does not take our requests’ method.',
  http_408: 'It does not answer in time.',
  http_410: 'It says that it is gone for good.',
  http_413: 'It refuses our requests as too large.',
  http_429: 'It asks for fewer requests.',
  http_502: 'A server before it gets no valid answer from it.',
  http_503: 'It says that it is not available.',
  http_504: 'A server before it gets no answer from it in time.',
};
const CLASSES: Readonly<Record<string, string>> = {
  http_1: 'It gives answers that are no answers to a request.',
  http_3: 'It redirects, and redirects are not followed.',
  http_4: 'It refuses our requests.',
  http_5: 'It fails with an error of its own.',
};

export interface Reason {
  /** As attempts show it: `http_503`, `dns`. */
  readonly outcome: string;
  readonly words: string;
}

/** Of the most frequent failure; undefined if none is known. @param failures numbers by outcome */
export function reasonOf(failures: ReadonlyMap<string, number>): Reason | undefined {
  const [most] = [...failures].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  if (!most) return undefined;
  const [outcome] = most;
  const words = WORDS[outcome] ?? CLASSES[outcome.slice(0, 6)] ?? 'Its deliveries fail.';
  return { outcome, words };
}
