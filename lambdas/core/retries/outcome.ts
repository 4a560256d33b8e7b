// What came back from a receiver, as a value: a failure there is never an exception here.

export const FAILURE_KINDS = [
  'timeout_connect',
  'timeout_response',
  'dns',
  'connection_refused',
  'connection_reset',
  'tls',
  'blocked_address',
  'too_large',
  'unshapeable',
  'transform_failed',
  'event_expired',
  'undeliverable',
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** What is kept of a response. */
export interface ReceivedResponse {
  readonly status: number;
  /** Lower-case names; only those that help to understand the answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** The first 1 KiB of the body as text. */
  readonly body: string;
  /** When the receiver asks not to be tried before: milliseconds from the response. */
  readonly retryAfterMs?: number;
}

export type Outcome =
  | { readonly kind: 'response'; readonly response: ReceivedResponse }
  | { readonly kind: 'failure'; readonly failure: FailureKind; readonly detail: string };

/** The outcome's name in logs, attempts and metrics: `http_<status>` or the kind of failure. */
export function outcomeName(outcome: Outcome): string {
  return outcome.kind === 'response' ? `http_${outcome.response.status}` : outcome.failure;
}

export function isSuccess(outcome: Outcome): boolean {
  return (
    outcome.kind === 'response' && outcome.response.status >= 200 && outcome.response.status < 300
  );
}

/** Whether the receiver said that it will take nothing any more. */
export function isGone(outcome: Outcome): boolean {
  return outcome.kind === 'response' && outcome.response.status === 410;
}

/**
 * Failures that no later attempt can mend: the event cannot be transformed or formed, it is gone, or nobody takes it. Nothing
 * is sent.
 */
export function isFinalFailure(outcome: Outcome): boolean {
  return outcome.kind === 'failure' && isFinal(outcome.failure);
}

/** Of an outcome's name. */
export const isFinal = (name: string): boolean => FINAL_FAILURES.has(name);
const FINAL_FAILURES: ReadonlySet<string> = new Set<FailureKind>([
  'unshapeable',
  'transform_failed',
  'event_expired',
  'undeliverable',
]);

/** Classes that a retry policy's `retryOn` may name. */
export const RETRY_CLASSES = [
  '1xx',
  '3xx',
  '4xx',
  '5xx',
  'timeout',
  'network',
  'tls',
  'blocked',
] as const;

/** Whether a `retryOn` entry (a class, or a status such as `429`) covers the outcome. */
export function isCoveredBy(entry: string, outcome: Outcome): boolean {
  if (outcome.kind === 'response') {
    const status = String(outcome.response.status);
    return entry === status || (entry.endsWith('xx') && entry[0] === status[0]);
  }
  return entry === classOf(outcome.failure);
}

function classOf(failure: FailureKind): string {
  switch (failure) {
    case 'timeout_connect':
    case 'timeout_response':
      return 'timeout';
    case 'dns':
    case 'connection_refused':
    case 'connection_reset':
    case 'too_large':
      return 'network';
    case 'tls':
      return 'tls';
    case 'blocked_address':
      return 'blocked';
    case 'unshapeable':
    case 'transform_failed':
    case 'event_expired':
    case 'undeliverable':
      return 'never';
    default:
      return failure satisfies never;
  }
}
