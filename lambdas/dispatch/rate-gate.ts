// maxPerSecond: slots for a whole batch are reserved at once. Messages without a slot now come back later.

import type { DeliveryMessage, RetryQueue } from '../core/deliveries/message.ts';
import type { RateLedger } from '../core/endpoints/rate-limit.ts';
import { slotsFrom, WAIT_IN_PLACE_MS } from '../core/endpoints/rate-limit.ts';
import { PartlyRefusedError } from '../core/errors.ts';
import type { EndpointAddress } from '../core/scope.ts';
import type { Surroundings } from '../core/surroundings.ts';

/** A slot that was missed by this much is given up for a new one. */
const MISSED_MS = 1_500;

export interface RateGatePorts {
  readonly rates: RateLedger;
  readonly queues: RetryQueue;
  readonly surroundings: Surroundings;
}

/** When a message may be sent: at a near time, later by a separate message, or too far ahead for a slot. */
export type Turn =
  | { readonly kind: 'at'; readonly slotMs: number }
  | { readonly kind: 'later'; readonly slotMs: number }
  | { readonly kind: 'full' };

/** The turns of one endpoint's messages of a batch, in their order. */
export async function takeTurns(
  { rates, surroundings }: RateGatePorts,
  endpoint: EndpointAddress,
  perSecond: number,
  messages: readonly DeliveryMessage[],
): Promise<Turn[]> {
  const nowMs = surroundings.now();
  const keepsSlot = (message: DeliveryMessage): boolean =>
    message.slotMs !== undefined && nowMs <= message.slotMs + MISSED_MS;
  const without = messages.filter((message) => !keepsSlot(message));
  const firstMs =
    without.length === 0
      ? undefined
      : await rates.reserveSlots(endpoint, without.length, perSecond, nowMs);
  const slots = firstMs === undefined ? [] : slotsFrom(firstMs, without.length, perSecond);
  return messages.map((message): Turn => {
    const slotMs = keepsSlot(message) ? message.slotMs : slots[without.indexOf(message)];
    if (slotMs === undefined) return { kind: 'full' };
    return slotMs - nowMs <= WAIT_IN_PLACE_MS ? { kind: 'at', slotMs } : { kind: 'later', slotMs };
  });
}

/** Sends the message to its own queue, delayed so that it comes back within the second before its slot. */
export async function sendLater(
  { queues, surroundings }: RateGatePorts,
  message: DeliveryMessage,
  slotMs: number,
): Promise<void> {
  const aheadMs = slotMs - surroundings.now();
  const delaySeconds = Math.min(900, Math.max(0, Math.floor(aheadMs / 1000)));
  const refused = await queues.sendRetries([
    { message: { ...message, slotMs, doubtful: true }, delaySeconds },
  ]);
  if (refused.size > 0) throw new PartlyRefusedError('SQS', refused.size, 1);
}
