// What the API shows of what is stored.

import { contractOf } from '../core/contracts/all.ts';
import {
  type Attempt,
  type Delivery,
  type EndpointStanding,
  statusOf,
} from '../core/deliveries/delivery.ts';
import type { Endpoint } from '../core/endpoints/endpoint.ts';
import { isUnverified } from '../core/endpoints/verification.ts';
import { removedSoFar } from '../core/erasure/tenant.ts';
import { type Event, occurredAtMs } from '../core/events/event.ts';
import { type Health, isHeldByHand } from '../core/health/health.ts';
import { deliveryIdOf } from '../core/identifiers.ts';
import type { ApiKey } from '../core/keys/api-key.ts';
import type { Tenant } from '../core/ports.ts';
import type { LastRequest } from '../core/requests/shown-headers.ts';
import { NO_PHASES } from '../core/retries/phases.ts';
import type { RetryPolicyInput } from '../core/retries/policy.ts';
import { extrasView } from './endpoints/extras.ts';
import { standingFrom } from './endpoints/standing.ts';

const time = (atMs: number): string => new Date(atMs).toISOString();

export function tenantView({ id, name, createdAtMs, deletedAtMs, erasure }: Tenant) {
  return {
    id,
    name,
    createdAt: time(createdAtMs),
    deletedAt: deletedAtMs === undefined ? null : time(deletedAtMs),
    erasure: erasure
      ? {
          state: erasure.state,
          done: removedSoFar(erasure),
          finishedAt: erasure.finishedAtMs === undefined ? null : time(erasure.finishedAtMs),
        }
      : null,
  };
}

export function keyView(key: ApiKey) {
  return {
    id: key.id,
    name: key.name,
    tenant: key.tenant,
    environment: key.environment,
    scopes: key.scopes,
    hint: key.hint,
    createdAt: time(key.createdAtMs),
    expiresAt: key.expiresAtMs === undefined ? null : time(key.expiresAtMs),
    revokedAt: key.revokedAtMs === undefined ? null : time(key.revokedAtMs),
    lastUsedAt: key.lastUsedAtMs === undefined ? null : time(key.lastUsedAtMs),
  };
}

/** What shows where an endpoint has nothing of its own. */
export interface ViewDefaults {
  /** The stack's retry policy, if it has one. */
  readonly retryPolicy?: RetryPolicyInput | undefined;
}

function healthView(health: Health) {
  return {
    state: health.state,
    failures: health.failures,
    failingSince: health.failingSinceMs === undefined ? null : time(health.failingSinceMs),
    lastSuccessAt: health.lastSuccessAtMs === undefined ? null : time(health.lastSuccessAtMs),
    pausedBy: health.pausedBy ?? null,
    nextProbeAt:
      health.probeAtMs === undefined || isHeldByHand(health) ? null : time(health.probeAtMs),
  };
}

export function endpointView(endpoint: Endpoint, health: Health, defaults: ViewDefaults) {
  const contract = contractOf(endpoint.contract);
  return {
    id: endpoint.id,
    url: endpoint.url,
    contract: endpoint.contract,
    contractOptions: endpoint.contractOptions,
    eventTypes: endpoint.eventTypes,
    channels: endpoint.channels,
    filter: endpoint.filter ?? null,
    method: endpoint.method,
    headers: endpoint.headers,
    timeoutMs: endpoint.timeoutMs,
    retryPolicy: endpoint.retryPolicy ?? defaults.retryPolicy ?? contract.defaultRetryPolicy,
    autoPause: endpoint.autoPause,
    maxPerSecond: endpoint.maxPerSecond ?? null,
    polling: endpoint.polling ?? false,
    description: endpoint.description,
    secret: endpoint.maskedSecret,
    ...extrasView(endpoint),
    template: endpoint.template ?? null,
    own: endpoint.own ?? null,
    verifyUrl: endpoint.verifyUrl ?? false,
    verifiedAt: endpoint.verifiedAtMs === undefined ? null : time(endpoint.verifiedAtMs),
    status: isUnverified(endpoint) ? ('unverified' as const) : standingFrom(endpoint, health),
    health: healthView(health),
    environment: endpoint.environment,
    createdAt: time(endpoint.createdAtMs),
  };
}

/** An event but for its data, whose exact bytes are put in where the answer is written. */
export function eventView(event: Event) {
  return {
    id: event.id,
    type: event.type,
    tenant: event.tenant,
    environment: event.environment,
    acceptedAt: time(event.acceptedAtMs),
    occurredAt: event.occurredAt ?? null,
    subject: event.subject ?? null,
    channels: event.channels,
    redactedAt: event.redactedAtMs === undefined ? null : time(event.redactedAtMs),
  };
}

function attemptView(attempt: Attempt) {
  return {
    number: attempt.number,
    run: attempt.run,
    cause: attempt.cause,
    at: time(attempt.atMs),
    durationMs: attempt.durationMs,
    outcome: attempt.outcome,
    responseStatus: attempt.status ?? null,
    detail: attempt.detail ?? null,
    timings: attempt.phases ?? NO_PHASES,
  };
}

function lastRequestView(request: LastRequest | undefined) {
  if (!request) return null;
  return { headers: Object.fromEntries(request.headers), complete: request.complete };
}

export function deliveryView(delivery: Delivery, standing: EndpointStanding) {
  const status = statusOf(delivery.state, standing);
  const isDue = status === 'waiting' && delivery.dueAtMs !== undefined;
  const [first] = delivery.attempts;
  const last = delivery.attempts.at(-1);
  return {
    id: deliveryIdOf(delivery.eventId, delivery.endpointId),
    event: delivery.eventId,
    endpoint: delivery.endpointId,
    type: delivery.eventType,
    status,
    run: delivery.run,
    attempts: delivery.attempts.map(attemptView),
    nextAttemptAt: isDue ? time(delivery.dueAtMs ?? 0) : null,
    deadlineAt: time(delivery.deadlineAtMs),
    deathReason: delivery.deathReason ?? null,
    replay: delivery.replayId ?? null,
    subject: delivery.subject ?? null,
    occurredAt: delivery.occurredAtMs === undefined ? null : time(delivery.occurredAtMs),
    acceptedAt: time(delivery.acceptedAtMs),
    firstAttemptAt: first ? time(first.atMs) : null,
    deliveredAt: delivery.state === 'delivered' && last ? time(last.atMs + last.durationMs) : null,
    lastRequest: lastRequestView(delivery.lastRequest),
    lastResponse: delivery.lastResponse ?? null,
    redactedAt: delivery.redactedAtMs === undefined ? null : time(delivery.redactedAtMs),
  };
}

/** A delivery that is known from its event only. */
export function pendingDeliveryView(event: Event, endpointId: string, standing: EndpointStanding) {
  return {
    id: deliveryIdOf(event.id, endpointId),
    event: event.id,
    endpoint: endpointId,
    type: event.type,
    status: statusOf(undefined, standing),
    run: 1,
    attempts: [],
    nextAttemptAt: null,
    deadlineAt: null,
    deathReason: null,
    replay: null,
    subject: event.subject ?? null,
    occurredAt: event.occurredAt === undefined ? null : time(occurredAtMs(event)),
    acceptedAt: time(event.acceptedAtMs),
    firstAttemptAt: null,
    deliveredAt: null,
    lastRequest: null,
    lastResponse: null,
    redactedAt: null,
  };
}
