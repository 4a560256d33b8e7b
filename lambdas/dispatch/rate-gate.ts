// maxPerSecond: which messages of a batch may be sent soon, and when. The others are held.

import type { DeliveryMessage } from '../core/deliveries/message.ts';
import { type RateLedger, RELEASE_EARLY_MS } from '../core/endpoints/rate-limit.ts';
import { optimistically } from '../core/optimistic.ts';
import type { EndpointAddress } from '../core/scope.ts';
import type { Surroundings } from '../core/surroundings.ts';

/** A slot this near is waited for in place; of what wake released further, as it may come in bunches. */
const WAIT_IN_PLACE_MS = 1_000;
const WAIT_RELEASED_MS = 2_000;
/** How often slots are requested again when others were faster; then the messages are held. */
const ROUNDS = 5;
/** A release this much later finds the deliveries that are held now. */
const SEEN_BY_MS = 10_000;

export interface RateGatePorts {
  readonly rates: RateLedger;
  readonly surroundings: Surroundings;
}

interface Turns {
  /** When messages may be sent; those without a slot are held. */
  readonly slotsMs: ReadonlyMap<DeliveryMessage, number>;
  /** Whether the endpoint is woken soon for its backlog in any case. */
  readonly isWoken: boolean;
}

/** The turns of one endpoint's messages of a batch. */
export async function takeTurns(
  { rates, surroundings }: RateGatePorts,
  endpoint: EndpointAddress,
  perSecond: number,
  messages: readonly DeliveryMessage[],
): Promise<Turns> {
  const slotMs = 1000 / perSecond;
  const turns = await optimistically(ROUNDS, async (): Promise<Turns | undefined> => {
    const nowMs = surroundings.now();
    const { sent: seenMs, released: releasedUntilMs } = await rates.getRate(endpoint);
    // What has waited longer is sent first: while it is, what comes anew waits behind it.
    const isReleasing = releasedUntilMs > nowMs;
    const isWoken = releasedUntilMs - RELEASE_EARLY_MS > nowMs + SEEN_BY_MS;
    const endMs = nowMs + (isReleasing ? WAIT_RELEASED_MS : WAIT_IN_PLACE_MS);
    const near = Math.floor((endMs - Math.max(seenMs, nowMs)) / slotMs) + 1;
    const granted = messages
      .filter(({ released }) => !isReleasing || released)
      .slice(0, Math.max(0, near));
    if (granted.length === 0) return { slotsMs: new Map(), isWoken };
    const spanMs = granted.length * slotMs;
    const slots = { seenMs, nowMs, latestMs: endMs + slotMs - spanMs, spanMs };
    const firstMs = await rates.reserveSlots(endpoint, 'sent', slots);
    if (firstMs === undefined) return undefined;
    const slotsMs = new Map(granted.map((message, at) => [message, firstMs + at * slotMs]));
    return { slotsMs, isWoken };
  });
  return turns ?? { slotsMs: new Map(), isWoken: false };
}
