// Redacting an event: its data and subject, and what receivers answered to it, are removed permanently. The
// skeleton stays: ids, types, times and outcomes. It may be repeated.
// A procedure: what it reads and writes goes through ports.

import { freshDelivery } from '../deliveries/advance.ts';
import type { Delivery } from '../deliveries/delivery.ts';
import { redactedDelivery } from '../deliveries/delivery.ts';
import type { DeliveryLedger } from '../deliveries/ledger.ts';
import type { StoredEvent } from '../events/ledger.ts';
import { deliveryIdOf } from '../identifiers.ts';
import { inParallel } from '../in-parallel.ts';
import type { DeliveryRef, EndpointAddress, EventRef } from '../scope.ts';
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

/** @returns the redacted event, or undefined if it is not stored */
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
    await inParallel(refs, AT_ONCE, async (ref) => {
      const delivery = found.get(deliveryIdOf(eventId, ref.endpointId));
      if (delivery) {
        if (needsRedaction(delivery)) await ports.ledger.redactDelivery(ref, nowMs);
        return;
      }
      // Its first attempt is not over: it must not be begun any more.
      const fresh = freshDelivery(event, ref.endpointId, ports.settings, nowMs);
      await ports.ledger.settle(redactedDelivery(fresh, nowMs), 'cancelled', nowMs);
    });
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

/** What removes personal data for good; each call may be repeated. */
export interface RedactionLedger {
  /**
   * Removes an event's data and subject, and its subject's pointer to it.
   * @returns the redacted event, or undefined if it is not stored
   */
  redactEvent(ref: EventRef, nowMs: number): Promise<StoredEvent | undefined>;
  /** Removes the last request and response, and cancels a waiting delivery unless an attempt is under way. */
  redactDelivery(ref: DeliveryRef, nowMs: number): Promise<void>;
  /** Removes at most so many entries of an endpoint's polling feed. @returns how many there were */
  clearFeed(endpoint: EndpointAddress, limit: number): Promise<number>;
}
