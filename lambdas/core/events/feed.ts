// Polling feeds: what fan-out stored for an endpoint, in the order in which it was stored.
//
// An entry's place is the time at which its writer began to write it, and the event's id. A write that is
// not acknowledged within half of the lag is repeated with a new time; readers see only entries that are older
// than the lag. So when a reader passes a time, every entry of that time is there, as long as the clocks
// of writer and reader differ by less than the other half. An entry that comes later than that is a
// second copy of one that came in time.
import type { DeliveryRef, EndpointAddress } from '../scope.ts';
import type { Surroundings } from '../surroundings.ts';

const ROUNDS = 3;
/** Thirteen digits last until the year 2286. */
const TIME_DIGITS = 13;
const PLACE = /^\d{13}#(evt_[0-9a-z]{26})?$/;

/** An event's place in the polling feed of an endpoint. */
export interface FeedEntry extends DeliveryRef {
  /** Read from the writer's clock right before the write, Unix milliseconds. */
  readonly storedAtMs: number;
}

interface FeedPage {
  /** With their places: see `placeOf`. */
  readonly entries: readonly (FeedEntry & { readonly place: string })[];
  readonly more: boolean;
}

export interface FeedLedger {
  /**
   * Puts entries; resolves to the indexes of those that were not acknowledged within the time. They may
   * take effect all the same, at any later time.
   */
  putFeed(entries: readonly FeedEntry[], withinMs: number): Promise<ReadonlySet<number>>;
  /** Entries after a place and before another, in the order of their places; consistent. */
  readFeed(
    endpoint: EndpointAddress,
    after: string,
    before: string,
    limit: number,
  ): Promise<FeedPage>;
}

export function placeOf({
  storedAtMs,
  eventId,
}: Pick<FeedEntry, 'storedAtMs' | 'eventId'>): string {
  return `${startOf(storedAtMs)}${eventId}`;
}

/** The place before all entries of a time. */
export function startOf(atMs: number): string {
  const shownMs = Math.min(Math.max(0, Math.floor(atMs)), 10 ** TIME_DIGITS - 1);
  return `${String(shownMs).padStart(TIME_DIGITS, '0')}#`;
}

export function isPlace(text: string): boolean {
  return PLACE.test(text);
}

/** Where a reader must stop. */
export function horizonOf(nowMs: number, lagMs: number): string {
  return startOf(nowMs - lagMs);
}

interface FeedWriting {
  readonly ledger: Pick<FeedLedger, 'putFeed'>;
  readonly now: Surroundings['now'];
  readonly lagMs: number;
}

/** @returns the indexes of the entries that could not be written in time */
export async function writeFeed(
  { ledger, now, lagMs }: FeedWriting,
  entries: readonly Omit<FeedEntry, 'storedAtMs'>[],
): Promise<ReadonlySet<number>> {
  const withinMs = Math.floor(lagMs / 2);
  let left = [...entries.keys()];
  for (let round = 0; round < ROUNDS && left.length > 0; round++) {
    const storedAtMs = now();
    const batch = left.flatMap((index) => {
      const entry = entries[index];
      return entry ? [{ ...entry, storedAtMs }] : [];
    });
    const refused = await ledger.putFeed(batch, withinMs);
    // The process may have been frozen: what counts is when the answer was seen.
    const isLate = now() - storedAtMs > withinMs;
    left = isLate ? left : left.filter((_, index) => refused.has(index));
  }
  return new Set(left);
}
