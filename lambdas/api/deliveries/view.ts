// A delivery as the API shows it.
import * as z from 'zod';
import type {
  Attempt,
  Delivery,
  DeliveryStatus,
  EndpointStanding,
  LastRequest,
} from '../../core/deliveries/delivery.ts';
import { DELIVERY_STATUSES, statusOf } from '../../core/deliveries/delivery.ts';
import { standingAt } from '../../core/deliveries/overdue.ts';
import type { Event } from '../../core/events/event.ts';
import { occurredAtMs } from '../../core/events/event.ts';
import { deliveryIdOf } from '../../core/identifiers.ts';
import { CAUSES, DEATH_REASONS } from '../../core/retries/cause.ts';
import { NO_PHASES, phasesSchema } from '../../core/retries/phases.ts';
import { boundVersion } from '../../core/transforms/transform.ts';
import { deliveryIdSchema, EXAMPLE, idOf, time, timeSchema } from '../schemas.ts';

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

export function deliveryView(stored: Delivery, standing: EndpointStanding, nowMs: number) {
  // What waits for a deleted endpoint is cancelled, and stays so.
  const delivery = standing === 'deleted' ? stored : standingAt(stored, nowMs);
  const status = statusOf(delivery.state, standing);
  const isDue = status === 'waiting' && delivery.dueAtMs !== undefined;
  const last = delivery.attempts.at(-1);
  const firstAttemptAtMs = delivery.firstAttemptAtMs ?? delivery.attempts[0]?.atMs;
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
    transformVersion: boundVersion(delivery) ?? null,
    replay: delivery.replayId ?? null,
    subject: delivery.subject ?? null,
    occurredAt: delivery.occurredAtMs === undefined ? null : time(delivery.occurredAtMs),
    acceptedAt: time(delivery.acceptedAtMs),
    firstAttemptAt: firstAttemptAtMs === undefined ? null : time(firstAttemptAtMs),
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
    transformVersion: null,
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

export const STATUSES = DELIVERY_STATUSES as [DeliveryStatus, ...DeliveryStatus[]];

// it is not empty

const attemptSchema = z
  .strictObject({
    number: z.int(),
    run: z.int(),
    cause: z.enum(CAUSES),
    at: timeSchema,
    durationMs: z.number(),
    outcome: z.string().meta({ description: '`http_<status>`, or the kind of failure.' }),
    responseStatus: z.int().nullable(),
    detail: z.string().nullable(),
    timings: phasesSchema.meta({
      id: 'Timings',
      description:
        'How long each phase took; null for a phase that did not occur, as on a reused connection.',
    }),
  })
  .meta({ id: 'Attempt' });

export const deliveryExample = {
  id: `dlv_${EXAMPLE.suffix}${EXAMPLE.suffix}`,
  event: `evt_${EXAMPLE.suffix}`,
  endpoint: `ep_${EXAMPLE.suffix}`,
  type: 'dossier.created',
  status: 'delivered',
  run: 1,
  attempts: [
    {
      number: 1,
      run: 1,
      cause: 'first',
      at: EXAMPLE.time,
      durationMs: 84,
      outcome: 'http_200',
      responseStatus: 200,
      detail: null,
      timings: { dnsMs: 2, connectMs: 11, tlsMs: 24, firstByteMs: 46 },
    },
  ],
  nextAttemptAt: null,
  deadlineAt: '2026-03-12T09:30:00.000Z',
  deathReason: null,
  transformVersion: null,
  replay: null,
  subject: 'dossier-1',
  occurredAt: null,
  acceptedAt: EXAMPLE.time,
  firstAttemptAt: EXAMPLE.later,
  deliveredAt: EXAMPLE.later,
  lastRequest: {
    headers: {
      'webhook-id': `evt_${EXAMPLE.suffix}`,
      'webhook-timestamp': '1769851800',
      'webhook-signature': 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
    },
    complete: true,
  },
  lastResponse: { status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok' },
  redactedAt: null,
};

export const deliverySchema = z
  .strictObject({
    id: deliveryIdSchema,
    event: idOf('evt'),
    endpoint: idOf('ep'),
    type: z.string(),
    status: z.enum(STATUSES),
    run: z.int(),
    attempts: z.array(attemptSchema).meta({
      description: 'The newest 200, oldest first; `number` counts all that were made.',
    }),
    nextAttemptAt: timeSchema.nullable(),
    deadlineAt: timeSchema.nullable(),
    deathReason: z.enum(DEATH_REASONS).nullable(),
    transformVersion: z.string().nullable().meta({
      description:
        'The version of the transformation that all its attempts use; null if its data goes as it came.',
    }),
    replay: idOf('rpl').nullable().meta({ description: 'The replay that opened this run.' }),
    subject: z.string().nullable(),
    occurredAt: timeSchema.nullable(),
    acceptedAt: timeSchema,
    firstAttemptAt: timeSchema.nullable(),
    deliveredAt: timeSchema.nullable(),
    lastRequest: z
      .strictObject({
        headers: z.record(z.string(), z.string()).meta({
          description: 'As they were sent, signatures included, with credentials masked.',
        }),
        complete: z.boolean(),
      })
      .nullable()
      .meta({
        description:
          'The request of the latest attempt. It may be null for a successful delivery: see the docs.',
      }),
    lastResponse: z
      .strictObject({
        status: z.int(),
        headers: z.record(z.string(), z.string()),
        body: z.string().meta({ description: 'The first 1 KiB of the body.' }),
      })
      .nullable(),
    redactedAt: timeSchema.nullable().meta({
      description: 'When its personal data was removed permanently.',
    }),
  })
  .meta({ id: 'Delivery', example: deliveryExample });
