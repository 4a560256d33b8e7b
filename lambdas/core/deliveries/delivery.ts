// A delivery: one event for one endpoint, its attempts and its state.

import type { Headers } from '../headers/names.ts';
import type { Cause, DeathReason } from '../retries/cause.ts';
import type { Phases } from '../retries/phases.ts';
import type { Scope } from '../scope.ts';

/** One signed request and its outcome. */
export interface Attempt {
  /** Counted from 1 over all runs of the delivery. */
  readonly number: number;
  readonly run: number;
  readonly cause: Cause;
  /** When the request was begun, Unix milliseconds. */
  readonly atMs: number;
  readonly durationMs: number;
  /** `http_<status>` or a kind of failure: see outcome.ts. */
  readonly outcome: string;
  /** The status of the response, if one came. */
  readonly status?: number;
  /** What went wrong, in words that may be shown to a tenant. */
  readonly detail?: string;
  readonly phases?: Phases;
}

export interface LastResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What the ledger keeps: `waiting` has a next attempt, the others are final. */
export type StoredState = 'waiting' | 'delivered' | 'dead' | 'cancelled';
/** What is shown: see `statusOf`. */
export type DeliveryStatus = StoredState | 'held' | 'pending';

export const DELIVERY_STATUSES: readonly DeliveryStatus[] = [
  'pending',
  'waiting',
  'held',
  'delivered',
  'dead',
  'cancelled',
];

export interface Delivery extends Scope {
  readonly eventId: string;
  readonly endpointId: string;
  readonly eventType: string;
  readonly acceptedAtMs: number;
  /** The event's, if it has them. */
  readonly occurredAtMs?: number;
  readonly subject?: string;
  readonly state: StoredState;
  /** Counted from 1: the first run follows the curve, a manual retry or a replay opens another. */
  readonly run: number;
  /** The replay that opened this run, if one did. */
  readonly replayId?: string;
  /** How many attempts had been made when this run began. */
  readonly attemptsBeforeRun: number;
  /** The newest: see `withNewestAttempts`. */
  readonly attempts: readonly Attempt[];
  /** Unix milliseconds; only if the first attempt is not among those that are kept. */
  readonly firstAttemptAtMs?: number;
  /** Past it the delivery is dead; a new run gets a new one. Unix milliseconds. */
  readonly deadlineAtMs: number;
  /** When the next attempt is due, or was when it ended without one, Unix milliseconds. */
  readonly dueAtMs?: number;
  readonly nextCause?: Cause;
  /**
   * The time of a waiting delivery in the index `work`: its due time, or a grace period later while an SQS message for
   * it is on the way. Unix milliseconds.
   */
  readonly workAtMs?: number;
  /** What the next due time is counted from: the undelayed due time of the latest counted attempt. */
  readonly anchorMs?: number;
  readonly deathReason?: DeathReason;
  /** When it ended, if no attempt ended it. Unix milliseconds. */
  readonly endedAtMs?: number;
  /**
   * What its data is transformed by on every attempt: a version, or `none`. Bound before its first request, where its
   * endpoint had a transformation when the event was fanned out; else absent, and the data goes as it was posted.
   */
  readonly transformVersion?: string;
  readonly lastResponse?: LastResponse;
  readonly lastRequest?: LastRequest;
  readonly lastSent?: LastSent;
  /** The last response in its sealed form, for readers without the key. */
  readonly sealedResponse?: string;
  /** When its personal data was removed permanently, and a waiting delivery was cancelled. Unix milliseconds. */
  readonly redactedAtMs?: number;
  /** Until when an invocation may be sending, and which message it works for. */
  readonly lease?: { readonly untilMs: number; readonly holder: string };
  /** The message that recorded the latest attempt: it alone repeats the effects if it comes back. */
  readonly recordedBy?: string;
}

/** Whether no attempt on record got as far as a request: none was made, or its data could not be transformed. */
export function nothingSent(delivery: Pick<Delivery, 'attempts'> | undefined): boolean {
  return delivery?.attempts.every(({ outcome }) => outcome === 'transform_failed') ?? true;
}

/** The state of the delivery's endpoint, as far as it affects the status that is shown. */
export type EndpointStanding = 'active' | 'paused' | 'deleted';

/** The status to show; a delivery known from its event only (no item yet) is pending. */
export function statusOf(
  state: StoredState | undefined,
  endpoint: EndpointStanding,
): DeliveryStatus {
  if (state !== undefined && state !== 'waiting') return state;
  if (endpoint === 'deleted') return 'cancelled';
  if (endpoint === 'paused') return 'held';
  return state ?? 'pending';
}

/** The number of the latest attempt, over all runs; 0 before the first. */
export function attemptsMade({ attempts }: Pick<Delivery, 'attempts'>): number {
  return attempts.at(-1)?.number ?? 0;
}

/** Some 40 KB: an item of the ledger must stay below 400, whatever the number of runs. */
const MAX_KEPT_ATTEMPTS = 200;

/** A delivery as it is stored: of a great many attempts the newest; their numbers go on. */
export function withNewestAttempts(delivery: Delivery): Delivery {
  const { attempts, firstAttemptAtMs = attempts[0]?.atMs ?? 0 } = delivery;
  if (attempts.length <= MAX_KEPT_ATTEMPTS) return delivery;
  return { ...delivery, attempts: attempts.slice(-MAX_KEPT_ATTEMPTS), firstAttemptAtMs };
}

/** What the archive wants to know of the latest attempt. */
export interface LastSent {
  /** Of the response's body, as far as it was read. */
  readonly bytes?: number;
  /** Whether it took the lane of slow endpoints. */
  readonly isSlow?: true;
  /** See body-hash.ts. */
  readonly bodyHash?: string;
}

/** The headers of a delivery's latest request, as far as they are kept. */
export interface LastRequest {
  readonly headers: Headers;
  /** False if some, or the ends of some, were left out. */
  readonly complete: boolean;
}

/** A delivery without its subject, what was sent, and what its receiver answered. */
export function redactedDelivery(delivery: Delivery, nowMs: number): Delivery {
  const { lastRequest, lastResponse, sealedResponse, subject, ...rest } = delivery;
  return { ...rest, redactedAtMs: delivery.redactedAtMs ?? nowMs };
}
