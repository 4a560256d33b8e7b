// Redacting an event: its data and subject, and what receivers answered to it, go for good. What stays is the
// skeleton: ids, types, times and outcomes. It may be repeated.
import { freshDelivery } from '../deliveries/advance.ts';
import type { Delivery } from '../deliveries/delivery.ts';
import type { Event } from '../events/event.ts';
import { deliveryIdOf } from '../identifiers.ts';
import type { DeliveryLedger, EventRef, RedactionLedger, StoredEvent } from '../ports.ts';
import type { Settings } from '../settings.ts';

/**
 * When an event is redacted again, seconds after the first time: an invocation that had read it may have sent it,
 * and written what came back, for as long as it ran; the second time is for a message that SQS brought twice.
 */
export const AGAIN_AFTER_SECONDS = [90, 900] as const;

const AT_ONCE = 25;

export interface RedactionPorts {
  readonly ledger: RedactionLedger & Pick<DeliveryLedger, 'getDeliveries' | 'settle'>;
  readonly settings: Pick<Settings, 'deadlineDays'>;
}

export function isRedacted({ redactedAtMs }: Pick<Event, 'redactedAtMs'>): boolean {
  return redactedAtMs !== undefined;
}

/** A delivery without its subject, what was sent, and what its receiver answered. */
export function redactedDelivery(delivery: Delivery, nowMs: number): Delivery {
  const { lastRequest, lastResponse, sealedResponse, subject, ...rest } = delivery;
  return { ...rest, redactedAtMs: delivery.redactedAtMs ?? nowMs };
}

/** @returns the event as it stands now, or undefined if it is not stored */
export async function redactEvent(
  ports: RedactionPorts,
  ref: EventRef,
  nowMs: number,
): Promise<StoredEvent | undefined> {
  const stored = await ports.ledger.redactEvent(ref, nowMs);
  if (stored) await redactDeliveries(ports, stored, nowMs);
  return stored;
}

export async function redactDeliveries(
  ports: RedactionPorts,
  { event, targets }: StoredEvent,
  nowMs: number,
): Promise<void> {
  const { tenant, environment, id: eventId } = event;
  for (let from = 0; from < targets.length; from += AT_ONCE) {
    const refs = targets
      .slice(from, from + AT_ONCE)
      .map((endpointId) => ({ tenant, environment, eventId, endpointId }));
    const found = await ports.ledger.getDeliveries(refs);
    await Promise.all(
      refs.map(async (ref) => {
        const delivery = found.get(deliveryIdOf(eventId, ref.endpointId));
        if (delivery) {
          if (needsRedaction(delivery)) await ports.ledger.redactDelivery(ref, nowMs);
          return;
        }
        // Its first attempt is not over: it must not be begun any more.
        const fresh = freshDelivery(event, ref.endpointId, ports.settings, nowMs);
        await ports.ledger.settle(redactedDelivery(fresh, nowMs), 'cancelled');
      }),
    );
  }
}

function needsRedaction(delivery: Delivery): boolean {
  return (
    delivery.redactedAtMs === undefined ||
    delivery.state === 'waiting' ||
    delivery.subject !== undefined ||
    delivery.lastRequest !== undefined ||
    delivery.lastResponse !== undefined ||
    delivery.sealedResponse !== undefined
  );
}
