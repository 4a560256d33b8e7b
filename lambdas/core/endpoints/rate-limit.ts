import type { EndpointAddress } from '../scope.ts';

// maxPerSecond: slots in time, reserved for a whole batch at once. An endpoint's limit is one number in
// the ledger: when its next free slot is.

/** How far ahead slots are given out: what SQS can delay, less a margin. */
export const MAX_AHEAD_MS = 14 * 60 * 1000;
/** A slot this near is waited for in place; a later one travels by SQS delay. */
export const WAIT_IN_PLACE_MS = 1_000;

/** The slots of a reservation, Unix milliseconds. */
export function slotsFrom(firstMs: number, count: number, perSecond: number): number[] {
  return Array.from({ length: count }, (_, index) => firstMs + (index * 1000) / perSecond);
}

export interface RateLedger {
  /** Reserves slots: the first one's time; undefined if the limit is booked out too far ahead. */
  reserveSlots(
    endpoint: EndpointAddress,
    count: number,
    perSecond: number,
    nowMs: number,
  ): Promise<number | undefined>;
}
