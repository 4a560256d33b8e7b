// Tells the operator, through our own pipeline. Nothing is told about the operator's own endpoints, so
// nothing recurses; and nothing is sent as long as the operator has no endpoint.
// A procedure: what it reads and writes goes through ports.
import { attemptsMade, type Delivery } from '../deliveries/delivery.ts';
import { PartlyRefusedError } from '../errors.ts';
import type { Event } from '../events/event.ts';
import type { EventQueue } from '../events/message.ts';
import type { Health } from '../health/health.ts';
import type { Transition } from '../health/observe.ts';
import { deliveryIdOf } from '../identifiers.ts';
import { certificatesSeen } from '../notices/certificates.ts';
import { operationalEvent } from '../notices/event.ts';
import type { Sightings } from '../notices/sightings.ts';
import type { Told } from '../notices/step.ts';
import { Recent } from '../recent.ts';
import type { EndpointAddress } from '../scope.ts';
import { OPERATOR_SCOPE, OPERATOR_TENANT, scopeKey } from '../scope.ts';
import type { SubscriberStore } from '../subscriptions/subscriber.ts';
import { DAY_MS } from '../time.ts';

/** What was sent is not sent again by the same instance; what another sends is the same event. */
const MAX_REMEMBERED = 5_000;

type Expiry = Parameters<Sightings['expiring']>[1];

export interface NoticePorts {
  readonly registry: Pick<SubscriberStore, 'subscribersOf'>;
  readonly queues: EventQueue;
}

export interface OperatorNotices {
  tellHealth(endpoint: EndpointAddress, health: Health, transition: Transition): Promise<void>;
  tellDead(delivery: Delivery): Promise<void>;
  /** An endpoint is slow, or still is: each that is told is one notice. */
  tellOperatorOfSlow(endpoint: EndpointAddress, told: Told, nowMs: number): Promise<void>;
  /** Of a certificate each of its 30, 14 and 3 days is one notice. */
  tellExpiring(endpoint: EndpointAddress, expiry: Expiry, nowMs: number): Promise<void>;
}

export function createOperatorNotices({ registry, queues }: NoticePorts): OperatorNotices {
  const told = new Recent<true>({ maxEntries: MAX_REMEMBERED });

  async function tell(event: Event, about: EndpointAddress): Promise<void> {
    if (about.tenant === OPERATOR_TENANT) return;
    const subscribers = await registry.subscribersOf([OPERATOR_SCOPE]);
    if ((subscribers.get(scopeKey(OPERATOR_SCOPE)) ?? []).length === 0) return;
    const refused = await queues.sendEvents([{ event, mayRepeat: true }]);
    if (refused.size > 0) throw new PartlyRefusedError('SQS', refused.size, 1);
  }

  return {
    async tellHealth(endpoint, health, transition) {
      const { tenant, environment, endpointId } = endpoint;
      const facts = { tenant, environment, endpoint: endpointId, failures: health.failures };
      const failingSince =
        health.failingSinceMs === undefined ? null : new Date(health.failingSinceMs).toISOString();
      switch (transition.kind) {
        case 'warned': {
          // From one series of failures each percentage is told once.
          const atMs = health.failingSinceMs ?? health.sinceMs;
          const about = `${endpointId}\n${atMs}\n${transition.percent}`;
          const data = { ...facts, failingSince, percentOfThreshold: transition.percent };
          return tell(operationalEvent('endpoint.failing', about, atMs, data), endpoint);
        }
        case 'paused': {
          const about = `${endpointId}\n${health.sinceMs}`;
          const data = { ...facts, failingSince, pausedBy: transition.by };
          return tell(operationalEvent('endpoint.paused', about, health.sinceMs, data), endpoint);
        }
        case 'recovering': {
          if (transition.from !== 'paused') return;
          const about = `${endpointId}\n${health.sinceMs}`;
          return tell(
            operationalEvent('endpoint.recovered', about, health.sinceMs, facts),
            endpoint,
          );
        }
        case 'tripped':
          return;
        default:
          transition satisfies never;
      }
    },

    async tellDead(delivery) {
      const id = deliveryIdOf(delivery.eventId, delivery.endpointId);
      const { tenant, environment, endpointId, eventId, eventType, run } = delivery;
      const last = delivery.attempts.at(-1);
      const data = {
        tenant,
        environment,
        delivery: id,
        event: eventId,
        endpoint: endpointId,
        eventType,
        run,
        attempts: attemptsMade(delivery),
        reason: delivery.deathReason ?? null,
        lastOutcome: last?.outcome ?? null,
      };
      // The attempt that ended it left no due time: what has one ran out of time while it waited.
      const isOverdue = delivery.deathReason === 'deadline' && delivery.dueAtMs !== undefined;
      const atMs = last && !isOverdue ? last.atMs + last.durationMs : delivery.deadlineAtMs;
      return tell(operationalEvent('delivery.dead', `${id}\n${run}`, atMs, data), delivery);
    },

    tellOperatorOfSlow(endpoint, { sinceMs, reminders, facts }, nowMs) {
      const { tenant, environment, endpointId } = endpoint;
      const since = new Date(sinceMs).toISOString();
      const data = {
        tenant,
        environment,
        endpoint: endpointId,
        since,
        reminder: reminders,
        ...facts,
      };
      const about = [endpointId, sinceMs, reminders].join('\n');
      // Its id is the same if it is told again; what is told is of now.
      const event = operationalEvent('endpoint.slow', about, sinceMs, data);
      return tell({ ...event, acceptedAtMs: nowMs }, endpoint);
    },

    async tellExpiring(endpoint, expiry, nowMs) {
      const { tenant, environment, endpointId } = endpoint;
      const mark = { endpointId, sinceMs: nowMs, count: 1, ...expiry };
      for (const { facts, sinceMs } of certificatesSeen(undefined, mark, undefined, nowMs).told) {
        // Nothing is told of a certificate before these days begin: their beginning is the same each time, and makes the id.
        const atMs = sinceMs - Number(facts.days) * DAY_MS;
        const about = [endpointId, facts.certificate, sinceMs, facts.days].join('\n');
        const { certificate, expiresAt, days } = facts;
        const data = { tenant, environment, endpoint: endpointId, certificate, expiresAt, days };
        // Of repeats the first that is stored stands. These days may have begun longer ago than a delivery has time.
        const event = {
          ...operationalEvent('certificate.expiring', about, atMs, data),
          acceptedAtMs: nowMs,
        };
        if (told.get(event.id, nowMs)) continue;
        await tell(event, endpoint);
        told.set(event.id, true, nowMs);
      }
    },
  };
}
