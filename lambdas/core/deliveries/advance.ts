// From an attempt and the decision after it to the delivery as it is recorded.

import { type Event, occurredAtMs } from '../events/event.ts';
import type { Cause } from '../retries/cause.ts';
import type { NextStep } from '../retries/next-step.ts';
import { type Outcome, outcomeName } from '../retries/outcome.ts';
import type { Phases } from '../retries/phases.ts';
import type { Settings } from '../settings.ts';
import { DAY_MS, MAX_SQS_DELAY_MS } from '../time.ts';
import type { LastRequest, LastSent } from './delivery.ts';
import { type Attempt, attemptsMade, type Delivery } from './delivery.ts';
import type { DelayedMessage } from './message.ts';

/** How long after its due time a retry that travels by SQS delay counts as lost. */
export const LOST_AFTER_MS = 10 * 60 * 1000;
/** More than any lease lasts: a wake-up that is early leases to the end of its bucket, and for that long after it. */
export const LEASED_AT_MOST_MS = 25 * 60 * 1000;

/** A delivery before its first attempt: due at once. */
export function freshDelivery(
  event: Event,
  endpointId: string,
  settings: Pick<Settings, 'deadlineDays'>,
  nowMs: number,
): Delivery {
  return {
    tenant: event.tenant,
    environment: event.environment,
    eventId: event.id,
    endpointId,
    eventType: event.type,
    acceptedAtMs: event.acceptedAtMs,
    ...(event.occurredAt === undefined ? {} : { occurredAtMs: occurredAtMs(event) }),
    ...(event.subject === undefined ? {} : { subject: event.subject }),
    state: 'waiting',
    run: 1,
    attemptsBeforeRun: 0,
    attempts: [],
    deadlineAtMs: event.acceptedAtMs + settings.deadlineDays * DAY_MS,
    dueAtMs: nowMs,
    nextCause: 'first',
    workAtMs: nowMs + LOST_AFTER_MS,
  };
}

interface RecordedAttempt {
  readonly cause: Cause;
  readonly outcome: Outcome;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly phases?: Phases;
  /** None if no request could be formed. */
  readonly request?: LastRequest;
  readonly sent?: LastSent;
  /** Who made it: see ClaimRequest. */
  readonly holder: string;
}

/**
 * The delivery after an attempt; pure, so that a repeated computation gives the same.
 * @param mayGoOn whether an immediate retry may be sent; otherwise it is held in the index
 */
export function advance(
  delivery: Delivery,
  made: RecordedAttempt,
  step: NextStep,
  mayGoOn = true,
): Delivery {
  const { outcome, startedAtMs, endedAtMs } = made;
  const response = outcome.kind === 'response' ? outcome.response : undefined;
  const attempt: Attempt = {
    number: attemptsMade(delivery) + 1,
    run: delivery.run,
    cause: made.cause,
    atMs: startedAtMs,
    durationMs: Math.max(0, endedAtMs - startedAtMs),
    outcome: outcomeName(outcome),
    ...(response && { status: response.status }),
    ...(outcome.kind === 'failure' && { detail: outcome.detail }),
    ...(made.phases && { phases: made.phases }),
  };
  const {
    dueAtMs,
    nextCause,
    anchorMs,
    workAtMs,
    deathReason,
    lease,
    lastResponse,
    lastRequest,
    lastSent,
    sealedResponse,
    ...lasting
  } = delivery;
  const after = {
    ...lasting,
    attempts: [...delivery.attempts, attempt],
    recordedBy: made.holder,
    ...(made.request && { lastRequest: made.request }),
    ...(made.sent && { lastSent: made.sent }),
    ...(response && {
      lastResponse: { status: response.status, headers: response.headers, body: response.body },
    }),
  };
  switch (step.kind) {
    case 'delivered':
      return { ...after, state: 'delivered' };
    case 'dead':
      return { ...after, state: 'dead', deathReason: step.reason };
    case 'wait': {
      const waitsMs = step.dueAtMs - endedAtMs;
      const bySqs = waitsMs <= MAX_SQS_DELAY_MS && (mayGoOn || waitsMs > 0);
      return {
        ...after,
        state: 'waiting',
        dueAtMs: step.dueAtMs,
        nextCause: step.cause,
        anchorMs: step.anchorMs,
        workAtMs: bySqs ? step.dueAtMs + LOST_AFTER_MS : step.dueAtMs,
      };
    }
    default:
      return step satisfies never;
  }
}

/** The message for a waiting delivery's next attempt, delayed until it is due (to the second). */
export function retryMessage(delivery: Delivery, nowMs: number): DelayedMessage {
  const delayMs = Math.max(0, (delivery.dueAtMs ?? nowMs) - nowMs);
  return {
    message: {
      eventId: delivery.eventId,
      endpointId: delivery.endpointId,
      tenant: delivery.tenant,
      environment: delivery.environment,
      run: delivery.run,
      attempt: attemptsMade(delivery) + 1,
      cause: delivery.nextCause ?? 'curve',
      doubtful: true,
    },
    delaySeconds: Math.min(Math.ceil(delayMs / 1000), MAX_SQS_DELAY_MS / 1000),
  };
}
