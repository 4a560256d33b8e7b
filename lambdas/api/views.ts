// What the API shows of what is stored.
import type { ApiKey } from '../core/api-key.ts';
import { contractOf } from '../core/contracts/all.ts';
import { type Attempt, type Delivery, type EndpointStanding, statusOf } from '../core/delivery.ts';
import type { Endpoint } from '../core/endpoint.ts';
import type { Health } from '../core/endpoint-health.ts';
import type { Event } from '../core/event.ts';
import { deliveryIdOf } from '../core/identifiers.ts';
import type { Tenant } from '../core/ports.ts';
import type { RetryPolicyInput } from '../core/retry-policy.ts';
import { extrasView } from './endpoint-extras.ts';
import { standingFrom } from './standing.ts';

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
          done: erasure.done,
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
      health.probeAtMs === undefined || health.pausedBy === 'user' ? null : time(health.probeAtMs),
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
    method: endpoint.method,
    headers: endpoint.headers,
    timeoutMs: endpoint.timeoutMs,
    retryPolicy: endpoint.retryPolicy ?? defaults.retryPolicy ?? contract.defaultRetryPolicy,
    autoPause: endpoint.autoPause,
    maxPerSecond: endpoint.maxPerSecond ?? null,
    description: endpoint.description,
    secret: endpoint.maskedSecret,
    ...extrasView(endpoint),
    status: standingFrom(endpoint, health),
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
  };
}

export function deliveryView(delivery: Delivery, standing: EndpointStanding) {
  const status = statusOf(delivery.state, standing);
  const isDue = status === 'waiting' && delivery.dueAtMs !== undefined;
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
    acceptedAt: time(delivery.acceptedAtMs),
    deliveredAt: delivery.state === 'delivered' && last ? time(last.atMs + last.durationMs) : null,
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
    acceptedAt: time(event.acceptedAtMs),
    deliveredAt: null,
    lastResponse: null,
    redactedAt: null,
  };
}
