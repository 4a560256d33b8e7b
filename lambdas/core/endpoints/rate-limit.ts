// maxPerSecond: a request takes a slot in time when it is sent, never long before. What finds no slot near is
// held in the ledger, and wake releases it at the endpoint's rate.
import type { EndpointAddress } from '../scope.ts';

/** A backlog is released for so long ahead, and the next part of it so long before that is over. */
export const RELEASE_AHEAD_MS = 90_000;
export const RELEASE_EARLY_MS = 30_000;

/** Until when an endpoint's rate is used up, Unix milliseconds; 0 if it never was. */
export interface Rate {
  /** By requests that were sent, or are about to be. */
  readonly sent: number;
  /** By what was released from the backlog, whether it was sent yet or not. */
  readonly released: number;
}

interface AskedSlots {
  /** As it was read. */
  readonly seenMs: number;
  readonly nowMs: number;
  /** When the first slot may be, should others have taken some in the meantime. */
  readonly latestMs: number;
  readonly spanMs: number;
}

export interface RateLedger {
  getRate(endpoint: EndpointAddress): Promise<Rate>;
  /** Takes slots that follow one another: the first one's time; undefined if others were faster. */
  reserveSlots(
    endpoint: EndpointAddress,
    use: keyof Rate,
    slots: AskedSlots,
  ): Promise<number | undefined>;
}
