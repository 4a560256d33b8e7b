// The sender: one request to a receiver, within its deadline, to an address that the guard has judged.

import { lookup as resolve } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, buildConnector, type Dispatcher, errors as undiciErrors } from 'undici';
import { type DestinationRules, judgeAddress, judgeUrl } from '../core/destination.ts';
import type { FailureKind, Outcome, ReceivedResponse } from '../core/outcome.ts';
import type { OutgoingRequest, Sender, SendReport, Surroundings } from '../core/ports.ts';
import { failedOnReusedConnection } from './reused-connections.ts';

/** At most so much of a response is read; of it, so much is kept. */
const MAX_RESPONSE_BYTES = 64 * 1024;
const KEPT_BODY_BYTES = 1024;
const CONNECT_TIMEOUT_MS = 5_000;
const KEPT_HEADERS = ['content-type', 'date', 'location', 'retry-after', 'server', 'x-request-id'];
const KEPT_HEADER_LENGTH = 256;

interface Agents {
  readonly kept: Agent;
  readonly fresh: Agent;
}

class BlockedAddressError extends Error {
  readonly code = 'POSTHORN_BLOCKED_ADDRESS';
}

export function createSender(rules: DestinationRules, surroundings: Surroundings): Sender {
  const options = {
    connect: guardedConnector(rules),
    connections: 64,
    keepAliveTimeout: 10_000,
    maxOrigins: 1_000,
    maxHeaderSize: 32 * 1024,
    allowH2: false,
  };
  // No pipelining at all means that a connection serves one request.
  const agents = {
    kept: new Agent({ ...options, pipelining: 1 }),
    fresh: new Agent({ ...options, pipelining: 0 }),
  };

  return {
    async send(request): Promise<SendReport> {
      const startedAtMs = surroundings.now();
      const outcome = await attempt(agents, rules, request, surroundings);
      return { outcome, startedAtMs, endedAtMs: surroundings.now() };
    },
  };
}

/** Every address of a name is judged, one bad one refuses all, and the connection goes to a judged one. */
function guardedConnector(rules: DestinationRules): buildConnector.connector {
  const lookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true, verbatim: true }, (error, addresses) => {
      if (error) return callback(error, '', 4);
      if (addresses.some(({ address }) => judgeAddress(address, rules) === 'refused')) {
        return callback(new BlockedAddressError('the name leads to a refused address'), '', 4);
      }
      if (options.all) return callback(null, addresses);
      const first = addresses[0];
      return first
        ? callback(null, first.address, first.family)
        : callback(new Error('ENOTFOUND'), '', 4);
    });
  };
  return buildConnector({
    timeout: CONNECT_TIMEOUT_MS,
    lookup,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
  });
}

async function attempt(
  agents: Agents,
  rules: DestinationRules,
  request: OutgoingRequest,
  surroundings: Surroundings,
): Promise<Outcome> {
  // Literal addresses never reach the look-up: the same judge sees them here.
  const verdict = judgeUrl(request.url, rules);
  if (verdict.kind === 'refused') return failure('blocked_address', `The URL ${verdict.reason}.`);
  const deadline = AbortSignal.timeout(request.timeoutMs);
  const exchange = async (agent: Agent): Promise<Outcome> => {
    const response = await agent.request({
      origin: verdict.url.origin,
      path: `${verdict.url.pathname}${verdict.url.search}`,
      method: request.method as Dispatcher.HttpMethod, // endpoints are saved with POST, PUT or PATCH only
      headers: request.headers.flat(),
      body: request.body,
      signal: deadline,
      headersTimeout: request.timeoutMs,
      bodyTimeout: request.timeoutMs,
    });
    return { kind: 'response', response: await received(response, surroundings.now()) };
  };
  try {
    return await exchange(agents.kept);
  } catch (error) {
    const outcome = classify(error, deadline.aborted, request.timeoutMs);
    const isReset = outcome.kind === 'failure' && outcome.failure === 'connection_reset';
    if (!isReset || !failedOnReusedConnection(error)) return outcome;
  }
  // The receiver gave up a kept connection as it was used again: one try on a fresh one, in the same time.
  try {
    return await exchange(agents.fresh);
  } catch (error) {
    return classify(error, deadline.aborted, request.timeoutMs);
  }
}

/** The status decides; a body that is cut off, endless or slow to end does not change it. */
async function received(
  response: Dispatcher.ResponseData,
  nowMs: number,
): Promise<ReceivedResponse> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body) {
      const piece: Buffer = chunk;
      if (bytes < KEPT_BODY_BYTES) chunks.push(piece.subarray(0, KEPT_BODY_BYTES - bytes));
      bytes += piece.length;
      if (bytes > MAX_RESPONSE_BYTES) break;
    }
  } catch {
    // The receiver has said what it thinks of the delivery: what follows is only kept for display.
  }
  const headers: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = response.headers[name];
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) headers[name] = first.slice(0, KEPT_HEADER_LENGTH);
  }
  const retryAfterMs = retryAfterOf(headers['retry-after'], nowMs);
  return {
    status: response.statusCode,
    headers,
    body: Buffer.concat(chunks).toString('utf8').replaceAll('\u0000', '\ufffd'),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** RFC 9110, section 10.2.3: seconds, or a date. */
function retryAfterOf(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,10}$/.test(value)) return Number(value) * 1000;
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}

const TLS_CODES =
  /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|EPROTO|HOSTNAME_MISMATCH)/;

function classify(error: unknown, isPastDeadline: boolean, timeoutMs: number): Outcome {
  const { code, message } = codeOf(error);
  if (code === 'POSTHORN_BLOCKED_ADDRESS') {
    return failure('blocked_address', 'The name leads to an address that is not allowed.');
  }
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT' || code === 'EHOSTUNREACH') {
    return failure('timeout_connect', 'No connection could be made in time.');
  }
  if (
    isPastDeadline ||
    error instanceof undiciErrors.HeadersTimeoutError ||
    error instanceof undiciErrors.BodyTimeoutError
  ) {
    return failure('timeout_response', `No complete answer within ${timeoutMs} ms.`);
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'ENODATA') {
    return failure('dns', 'The host name could not be resolved.');
  }
  if (code === 'ECONNREFUSED') return failure('connection_refused', 'The connection was refused.');
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'HPE_HEADER_OVERFLOW') {
    return failure('too_large', "The answer's headers are too large.");
  }
  if (TLS_CODES.test(code)) return failure('tls', `TLS failed (${code}).`);
  return failure('connection_reset', `The connection broke (${code === '' ? message : code}).`);
}

/** The innermost error says what happened: undici and happy eyeballs wrap it. */
function codeOf(error: unknown): { code: string; message: string } {
  if (error instanceof AggregateError && error.errors.length > 0)
    return codeOf(error.errors.at(-1));
  if (!(error instanceof Error)) return { code: '', message: 'unknown' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (error.cause instanceof Error && (code === '' || code === 'UND_ERR_SOCKET'))
    return codeOf(error.cause);
  return { code, message: error.name };
}

function failure(kind: FailureKind, detail: string): Outcome {
  return { kind: 'failure', failure: kind, detail };
}
