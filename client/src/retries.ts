// Sends a request again where that is safe: after a refusal that says so, or when an answer is missing and
// doing it twice is the same as once.
import { setTimeout as delay } from 'node:timers/promises';
import { ConnectionError } from './errors.ts';

export interface RetryPolicy {
  /** How often a request is sent again after its first try. */
  readonly maxRetries: number;
  /** The first wait is up to so long; each further one up to twice as long. */
  readonly firstDelayMs: number;
  /** No wait is longer. A longer `Retry-After` ends the tries. */
  readonly maxDelayMs: number;
}

export const DEFAULT_RETRIES: RetryPolicy = {
  maxRetries: 4,
  firstDelayMs: 250,
  maxDelayMs: 30_000,
};

export interface Sending {
  readonly retries: RetryPolicy;
  /** For each try. */
  readonly timeoutMs: number;
  readonly fetch: (request: Request, init: RequestInit) => Promise<Response>;
}

const REPEATABLE = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);
/** Codes of Node.js for connections that were never made: nothing of the request was sent. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** @throws ConnectionError, or the reason of the request's own signal */
export async function sendWithRetries(request: Request, sending: Sending): Promise<Response> {
  const { retries } = sending;
  // Where a request that names a version was carried out, its repeat would be refused.
  const isRepeatable =
    request.headers.has('idempotency-key') ||
    (REPEATABLE.has(request.method) && !request.headers.has('if-match'));
  for (let retry = 0; ; retry++) {
    const outcome = await trySending(request, sending);
    const isLast = retry >= retries.maxRetries;
    const waitMs = isLast ? undefined : waitBefore(retry, outcome, isRepeatable, retries);
    if (waitMs === undefined) {
      if (outcome instanceof Response) return outcome;
      throw new ConnectionError(
        `${request.method} ${request.url}: ${reasonOf(outcome.cause)}`,
        outcome,
      );
    }
    if (outcome instanceof Response) await outcome.body?.cancel();
    await delay(waitMs, undefined, { signal: request.signal });
  }
}

type Outcome = Response | { readonly cause: unknown };

async function trySending(request: Request, { fetch, timeoutMs }: Sending): Promise<Outcome> {
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]);
  try {
    return await fetch(request.clone(), { signal });
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
  if (!(outcome instanceof Response)) {
    return isRepeatable || wasNeverSent(outcome.cause) ? backOffMs : undefined;
  }
  const { status } = outcome;
  const askedMs = retryAfterMs(outcome);
  // A 503 that says when to come back was not carried out; one of a gateway may have been.
  const wasNotDone = status === 429 || (status === 503 && askedMs !== undefined);
  if (!wasNotDone && !(status >= 500 && isRepeatable)) return undefined;
  if (askedMs === undefined) return backOffMs;
  return askedMs > maxDelayMs ? undefined : Math.max(askedMs, backOffMs);
}

/** `Retry-After`, in seconds or as a date. */
export function retryAfterMs({ headers }: Pick<Response, 'headers'>): number | undefined {
  const text = headers.get('retry-after');
  if (text === null) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - Date.now());
}

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
