// POST /v1/deliveries/{id}/retry and /cancel.
import { LEASED_AT_MOST_MS, retryMessage } from '../../core/deliveries/advance.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { type DeliveryLedger, findDelivery } from '../../core/deliveries/ledger.ts';
import type { RetryQueue } from '../../core/deliveries/message.ts';
import { newRun } from '../../core/deliveries/new-run.ts';
import { type OverduePorts, settleOverdue } from '../../core/deliveries/overdue.ts';
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import type { EndpointStore } from '../../core/endpoints/store.ts';
import type { EventLedger } from '../../core/events/ledger.ts';
import type { HealthLedger } from '../../core/health/ledger.ts';
import { partsOfDeliveryId } from '../../core/identifiers.ts';
import { optimistically } from '../../core/optimistic.ts';
import { Problem } from '../../core/problem.ts';
import type { Scope } from '../../core/scope.ts';
import type { Settings } from '../../core/settings.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import type { Wakes } from '../../core/wakes/directory.ts';
import { withoutSubject } from '../../http/admission.ts';
import type { Serve } from '../../http/operation.ts';
import { standingOf } from '../endpoints/standing.ts';
import { NO_DELIVERY } from '../lookups.ts';
import { cancelDelivery, retryDelivery } from './operations.ts';
import { deliveryView } from './view.ts';

/** How often a change is tried again when the delivery moved in the meantime. */
const ROUNDS = 3;

interface DeliveryActionPorts extends OverduePorts {
  readonly ledger: DeliveryLedger & Pick<EventLedger, 'getEvents' | 'keepUntil'>;
  readonly health: HealthLedger;
  readonly registry: Pick<EndpointStore, 'getEndpoint'>;
  readonly queues: RetryQueue;
  readonly wakes: Wakes;
  readonly surroundings: Surroundings;
  readonly settings: Settings;
}

export function addDeliveryActionRoutes(serve: Serve, ports: DeliveryActionPorts): void {
  const { ledger, surroundings } = ports;

  /** @throws Problem 404, or 409 while an attempt is not over */
  async function find(
    scope: Scope,
    id: string,
  ): Promise<{ delivery: Delivery; endpoint: Endpoint }> {
    const parts = partsOfDeliveryId(id);
    const notFound = new Problem(404, NO_DELIVERY);
    if (!parts) throw notFound;
    const [events, endpoint] = await Promise.all([
      ledger.getEvents([{ ...scope, eventId: parts.eventId }]),
      ports.registry.getEndpoint(scope, parts.endpointId),
    ]);
    const isTarget = events.get(parts.eventId)?.targets.includes(parts.endpointId);
    if (!isTarget || !endpoint) throw notFound;
    const found = await findDelivery(ledger, { ...scope, ...parts });
    if (!found) {
      throw new Problem(409, 'The first attempt of this delivery has not finished yet.', [], {
        'Retry-After': '1',
      });
    }
    refuseIfUnderWay(found, surroundings.now());
    return { delivery: await settleOverdue(ports, found, surroundings.now()), endpoint };
  }

  /** @throws Problem 409 */
  async function changed(
    attempt: () => Promise<
      { readonly delivery: Delivery; readonly endpoint: Endpoint } | undefined
    >,
  ) {
    const written = await optimistically(ROUNDS, attempt);
    if (!written) throw new Problem(409, 'The delivery is changing at the moment. Try again.');
    const standing = await standingOf(ports.health, written.endpoint);
    return deliveryView(written.delivery, standing, surroundings.now());
  }

  serve(retryDelivery, async ({ c, scope, params, reply }) => {
    const view = await changed(async () => {
      const { delivery, endpoint } = await find(scope, params.id);
      const nowMs = surroundings.now();
      if (endpoint.deletedAtMs !== undefined) throw new Problem(409, 'Its endpoint was deleted.');
      if (delivery.redactedAtMs !== undefined) {
        throw new Problem(409, 'Its event was redacted: there is nothing left to send.');
      }
      const opened = newRun(delivery, 'manual', ports.settings, nowMs);
      await ledger.keepUntil(delivery, opened.deadlineAtMs);
      // Should we die before its message is sent, this finds it: not by a wake-up that comes before the index shows it.
      await ports.wakes.note(opened, nowMs + LEASED_AT_MOST_MS);
      if (!(await ledger.openRun(opened, delivery.run))) return undefined;
      const refused = await ports.queues.sendRetries([retryMessage(opened, nowMs)]);
      if (refused.size > 0) throw new Problem(503, 'The retry could not be sent. Try again.');
      return { delivery: opened, endpoint };
    });
    return reply(202, withoutSubject(c, view));
  });

  serve(cancelDelivery, async ({ c, scope, params, reply }) => {
    const view = await changed(async () => {
      const { delivery, endpoint } = await find(scope, params.id);
      if (delivery.state !== 'waiting') {
        throw new Problem(409, `The delivery is already ${delivery.state}.`);
      }
      if (!(await ledger.settle(delivery, 'cancelled', surroundings.now()))) return undefined;
      const { dueAtMs, ...rest } = delivery;
      return { delivery: { ...rest, state: 'cancelled' }, endpoint };
    });
    return reply(200, withoutSubject(c, view));
  });
}

/** A request that is under way cannot be taken back, and its outcome must find its place. */
function refuseIfUnderWay({ lease }: Delivery, nowMs: number): void {
  if (!lease || lease.untilMs < nowMs) return;
  throw new Problem(409, 'An attempt of this delivery is in progress.', [], {
    'Retry-After': String(Math.max(1, Math.ceil((lease.untilMs - nowMs) / 1000))),
  });
}
