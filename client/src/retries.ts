// Sends a request again where that is safe: after a refusal that says so, or when an answer is missing and
// doing it twice is the same as once.
import { setTimeout as delay } from 'node:timers/promises';
import { bounded } from './bounded-response.ts';
import { durationMs, wholeNumber } from './checked.ts';
import { ConnectionError } from './errors.ts';
import { type Operation, wrongIn } from './operation.ts';

export interface RetryPolicy {
  /** How often a request is sent again after its first try. */
  readonly maxRetries: number;
  /** The first wait is up to so long; each further one up to twice as long. */
  readonly firstDelayMs: number;
  /** No wait is longer. A longer `Retry-After` ends the tries. */
  readonly maxDelayMs: number;
}

/** Any of its fields. */
export type GivenRetries = {
  readonly [Name in keyof RetryPolicy]?: RetryPolicy[Name] | undefined;
};

/** @throws TypeError for what would try without end, or without waiting */
export function retriesOf(given: GivenRetries | undefined): RetryPolicy {
  if (given !== undefined && (typeof given !== 'object' || given === null)) {
    throw new TypeError('retries: must be an object');
  }
  return {
    maxRetries: wholeNumber('retries.maxRetries', given?.maxRetries, 4),
    firstDelayMs: durationMs('retries.firstDelayMs', given?.firstDelayMs, 250),
    maxDelayMs: durationMs('retries.maxDelayMs', given?.maxDelayMs, 30_000),
  };
}

export interface Sending {
  readonly retries: RetryPolicy;
  /** For each try. */
  readonly timeoutMs: number;
  readonly fetch: (request: Request, init: RequestInit) => Promise<Response>;
}

const REPEATABLE = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);
/** Codes of Node.js for connections that were never made: nothing of the request was sent. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/**
 * The answer, with its whole body.
 * @param operation undefined if any good answer will do
 * @throws ConnectionError, or the reason of the request's own signal
 */
export async function sendWithRetries(
  request: Request,
  sending: Sending,
  operation?: Operation,
): Promise<Answer> {
  const { retries } = sending;
  // Where a request that names a version was carried out, its repeat would be refused.
  const isRepeatable =
    request.headers.has('idempotency-key') ||
    (REPEATABLE.has(request.method) && !request.headers.has('if-match'));
  for (let retry = 0; ; retry++) {
    const outcome = await trySending(request, sending, operation);
    const isLast = retry >= retries.maxRetries;
    const waitMs = isLast ? undefined : waitBefore(retry, outcome, isRepeatable, retries);
    if (waitMs === undefined) {
      if ('response' in outcome) return outcome;
      throw new ConnectionError(
        `${request.method} ${request.url}: ${reasonOf(outcome.cause)}`,
        outcome,
      );
    }
    await delay(waitMs, undefined, { signal: request.signal });
  }
}

export interface Answer {
  readonly response: Response;
  /** Of its body. */
  readonly text: string;
}
type Outcome = Answer | { readonly cause: unknown };

/** What answers is somebody else: the same would come again. */
class NotTheService extends Error {}

async function trySending(
  request: Request,
  { fetch, timeoutMs }: Sending,
  operation: Operation | undefined,
): Promise<Outcome> {
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const response = bounded(await fetch(request.clone(), { signal }));
    // Here, so that an answer that breaks off or stalls is a try that failed.
    const text = await response.text();
    const { status, statusText, headers } = response;
    const wrong = response.ok && operation ? wrongIn(operation, status, text) : undefined;
    if (wrong?.isCut) throw new Error(`the answer broke off: ${wrong.what}`);
    if (wrong) throw new NotTheService(`this is no answer of the service: ${wrong.what}`);
    const init = { status, statusText, headers };
    return { response: new Response(text === '' ? null : text, init), text };
  } catch (cause) {
    request.signal.throwIfAborted();
    return { cause };
  }
}

/** Undefined: it is not sent again. */
function waitBefore(
  retry: number,
  outcome: Outcome,
  isRepeatable: boolean,
  { firstDelayMs, maxDelayMs }: RetryPolicy,
): number | undefined {
  // Full jitter: clients that failed together do not come back together.
  const backOffMs = Math.random() * Math.min(maxDelayMs, firstDelayMs * 2 ** retry);
  if (!('response' in outcome)) {
    const { cause } = outcome;
    if (cause instanceof NotTheService) return undefined;
    return isRepeatable || wasNeverSent(cause) ? backOffMs : undefined;
  }
  const { status } = outcome.response;
  const askedMs = retryAfterMs(outcome.response);
  // A 503 that says when to come back was not carried out; one of a gateway may have been.
  const wasNotDone = status === 429 || (status === 503 && askedMs !== undefined);
  if (!wasNotDone && !(status >= 500 && isRepeatable)) return undefined;
  if (askedMs === undefined) return backOffMs;
  return askedMs > maxDelayMs ? undefined : Math.max(askedMs, backOffMs);
}

/** `Retry-After` in seconds, a part of one rounded up, or as an HTTP date (RFC 9110, 5.6.7); nothing else. */
export function retryAfterMs({ headers }: Pick<Response, 'headers'>): number | undefined {
  const text = headers.get('retry-after') ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) {
    return Math.min(Math.ceil(Number(text)) * 1000, Number.MAX_SAFE_INTEGER);
  }
  if (!HTTP_DATES.some((form) => form.test(text))) return undefined;
  // The old form of C's asctime says no zone: it is GMT too.
  const atMs = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - Date.now());
}

const TIME = '\\d{2}:\\d{2}:\\d{2}';
const HTTP_DATES = [
  new RegExp(`^[A-Z][a-z]{2}, \\d{2} [A-Z][a-z]{2} \\d{4} ${TIME} GMT$`),
  new RegExp(`^[A-Z][a-z]{5,8}, \\d{2}-[A-Z][a-z]{2}-\\d{2} ${TIME} GMT$`),
  new RegExp(`^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \\d]\\d ${TIME} \\d{4}$`),
];

function wasNeverSent(cause: unknown): boolean {
  return codesOf(cause).some((code) => NEVER_SENT.has(code));
}

/** The codes of an error, of its causes, and of what an AggregateError holds (several addresses). */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const code = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const inner = error instanceof AggregateError ? error.errors.flatMap(codesOf) : [];
  return [...code, ...inner, ...codesOf(error.cause)];
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(cause: unknown): string {
  const [code] = codesOf(cause);
  if (code !== undefined) return code;
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause === undefined ? cause.message : reasonOf(cause.cause);
}
