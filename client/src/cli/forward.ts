// Forwards an event of a feed to a local address, as a delivery by Standard Webhooks would come.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import type { FeedEvent } from '../resources/endpoints.ts';
import { signStandardWebhooks } from '../verify/standard-webhooks.ts';
import { VERSION } from '../version.ts';

export interface Forwarded {
  readonly status: number | null;
  readonly durationMs: number;
  /** For people: the status, or what went wrong. */
  readonly words: string;
}

const TIMEOUT_MS = 30_000;

/** What the receiver does is a result and never thrown; one try. */
export async function forward(
  event: FeedEvent,
  to: string,
  secret: string,
  signal: AbortSignal,
): Promise<Forwarded> {
  const body = bodyOf(event);
  const startedAt = performance.now();
  const took = () => Math.round(performance.now() - startedAt);
  try {
    const response = await post(
      to,
      body,
      AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      {
        ...signStandardWebhooks(event.id, body, secret, Date.now()),
        'content-type': 'application/json',
        'content-length': body.byteLength,
        'user-agent': `posthorn-cli/${VERSION}`,
      },
    );
    const status = response.statusCode ?? null;
    return { status, durationMs: took(), words: `${status}, ${took()} ms` };
  } catch (error) {
    signal.throwIfAborted();
    return { status: null, durationMs: took(), words: reasonOf(error) };
  }
}

/** Not by `fetch`, which refuses ports such as 6000 that a receiver may well have. */
async function post(
  to: string,
  body: Uint8Array,
  signal: AbortSignal,
  headers: Record<string, string | number>,
): Promise<IncomingMessage> {
  const send = to.startsWith('https:') ? overHttps : overHttp;
  const request = send(to, { method: 'POST', headers, signal, agent: false });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.on('error', () => {}).destroy();
  return response;
}

/** The bytes that the contract makes: the data as it was posted. */
function bodyOf({ type, occurredAt, acceptedAt, dataText }: FeedEvent): Buffer {
  const timestamp = new Date(occurredAt ?? acceptedAt).toISOString();
  return Buffer.from(
    `{"type":${JSON.stringify(type)},"timestamp":"${timestamp}","data":${dataText}}`,
  );
}

export function newSessionSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return String(cause);
}
