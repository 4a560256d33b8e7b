// What happened on the wire, as an outcome. Tenants read these texts: none contains an address.
import { defined } from '../../../core/defined.ts';
import type { FailureKind, Outcome, ReceivedResponse } from '../../../core/retries/outcome.ts';
import { retryAfterMs } from '../../../core/retries/retry-after.ts';
import { BlockedAddressError, type Phase, PhaseTimeoutError } from './connection.ts';
import type { Exchange, ResponseHeaders } from './exchange.ts';

const KEPT_HEADERS = [
  'content-encoding',
  'content-type',
  'date',
  'location',
  'retry-after',
  'server',
  'x-request-id',
];
const KEPT_HEADER_LENGTH = 256;

export function failure(kind: FailureKind, detail: string): Outcome {
  return { kind: 'failure', failure: kind, detail };
}

export function received(
  {
    status,
    headers,
    body,
  }: Pick<Extract<Exchange, { kind: 'answered' }>, 'status' | 'headers' | 'body'>,
  nowMs: number,
): ReceivedResponse {
  const kept: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = firstOf(headers, name);
    if (value !== undefined) kept[name] = value.slice(0, KEPT_HEADER_LENGTH);
  }
  const retryAfter = firstOf(headers, 'retry-after');
  return defined({
    status,
    headers: kept,
    body: body.toString('utf8').replaceAll('\u0000', '\ufffd'),
    retryAfterMs: retryAfter === undefined ? undefined : retryAfterMs(retryAfter, nowMs),
  });
}

function firstOf(headers: ResponseHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Its time was up before the request went out. */
export function lateOutcome(phase: Phase | undefined): Outcome {
  switch (phase) {
    case 'dns':
      return failure('dns', 'The host name could not be resolved in time.');
    case 'connect':
      return failure('timeout_connect', 'No connection could be made in time.');
    case 'tls':
      return failure('timeout_connect', 'The TLS handshake did not end in time.');
    case undefined:
      return failure('timeout_connect', 'No connection was free in time.');
    default:
      return phase satisfies never;
  }
}

const TLS_CODES =
  /^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|EPROTO|HOSTNAME_MISMATCH|INVALID_|PATH_LENGTH|AKID_|ERROR_IN_CERT)/;

/** In their order: the first that matches the code explains it. */
const TLS_DETAILS: readonly (readonly [RegExp, string])[] = [
  [/^CERT_HAS_EXPIRED/, 'The certificate, or one of its chain, has expired.'],
  [/^CERT_NOT_YET_VALID/, 'The certificate is not valid yet.'],
  [/^CERT_REVOKED/, 'The certificate has been revoked.'],
  [/^DEPTH_ZERO_SELF_SIGNED/, 'The certificate is self-signed.'],
  [
    /^SELF_SIGNED_CERT_IN_CHAIN/,
    "The chain ends in an authority's certificate that is not trusted.",
  ],
  [
    /^(UNABLE_TO_|CERT_UNTRUSTED)/,
    'The authority is unknown, or the receiver sends no intermediate certificate.',
  ],
  [/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)/, 'The certificate is for another host.'],
  [
    /(UNSUPPORTED_PROTOCOL|ALERT_PROTOCOL_VERSION)/,
    'The receiver does not offer TLS 1.2 or newer.',
  ],
  [
    /(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)/,
    'The receiver does not speak TLS at this port.',
  ],
  [
    /ALERT_((BAD|UNSUPPORTED|NO)_CERTIFICATE|CERTIFICATE_|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)/,
    'The receiver refuses the client certificate, or asks for one.',
  ],
  [
    /HANDSHAKE_FAILURE/,
    'The receiver asks for a client certificate, or there is no cipher that both sides offer.',
  ],
];

export function failureOutcome(error: unknown): Outcome {
  const innermost = innermostOf(error);
  const { code, name } = innermost;
  if (innermost.error instanceof BlockedAddressError) {
    return failure('blocked_address', 'The name leads to an address that is not allowed.');
  }
  if (innermost.error instanceof PhaseTimeoutError) return lateOutcome(innermost.error.phase);
  switch (code) {
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
      return lateOutcome('connect');
    case 'ENOTFOUND':
    case 'ENODATA':
    case 'EAI_AGAIN':
    case 'ESERVFAIL':
    case 'EREFUSED':
    case 'EBADRESP':
    case 'EBADNAME':
    case 'ETIMEOUT':
    case 'ECANCELLED':
      return failure('dns', 'The host name could not be resolved.');
    case 'ECONNREFUSED':
      return failure('connection_refused', 'The connection was refused.');
    case 'UND_ERR_HEADERS_OVERFLOW':
    case 'HPE_HEADER_OVERFLOW':
    case 'POSTHORN_INTERIM_OVERFLOW':
      return failure('too_large', "The answer's headers are too large.");
    case 'POSTHORN_OTHER_PROTOCOL':
      return failure('connection_reset', 'The receiver switches to another protocol (status 101).');
    case 'POSTHORN_NOT_HTTP':
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH': // of two lengths; one that is not kept has a status before it
      return failure('connection_reset', 'The answer is not HTTP/1.1.');
    default:
  }
  if (code.startsWith('HPE_') || name === 'HTTPParserError') {
    return failure('connection_reset', 'The answer is not HTTP/1.1.');
  }
  if (TLS_CODES.test(code)) {
    const detail = TLS_DETAILS.find(([pattern]) => pattern.test(code))?.[1];
    return failure('tls', detail === undefined ? `TLS failed (${code}).` : `${detail} (${code})`);
  }
  return failure('connection_reset', `The connection broke (${code === '' ? name : code}).`);
}

/** The innermost error says what happened: undici and happy eyeballs wrap it. */
export function innermostOf(error: unknown): { error: unknown; code: string; name: string } {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return innermostOf(error.errors.at(-1));
  }
  if (!(error instanceof Error)) return { error, code: '', name: 'unknown' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (error.cause instanceof Error && (code === '' || code === 'UND_ERR_SOCKET')) {
    return innermostOf(error.cause);
  }
  return { error, code, name: error.name };
}
