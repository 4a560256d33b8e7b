// Events and idempotency keys as the ledger keeps them.
import type { Unreadable } from '../errors.ts';
import type { Page, TimeRange } from '../listing.ts';
import type { EventRef, Scope } from '../scope.ts';
import { DAY_MS } from '../time.ts';
import type { Event } from './event.ts';
import type { FeedLedger } from './feed.ts';
import type { SubjectLedger } from './subject-order.ts';

/** An event with the ids of the endpoints that it matched when it was stored. */
export interface StoredEvent {
  readonly event: Event;
  readonly targets: readonly string[];
  /**
   * Those that had a transformation then: the others get the data as it was posted, whatever they have later. Absent if
   * older code stored it, which did not note this.
   */
  readonly transformed?: readonly string[];
  /** The message that stored it, where that matters: it alone owes the polling feeds their entries. */
  readonly storedBy?: string;
  /** Of the subject of a sealed event: finds its pointers where there is no key to open it. */
  readonly subjectHash?: string;
  /** What the tenant’s routing rules made of it, if one matched. */
  readonly routing?: {
    readonly channels: readonly string[];
    readonly rules: readonly number[];
  };
}

export interface EventLedger extends FeedLedger, SubjectLedger {
  /** Puts events unconditionally; resolves to the ids that could not be stored. */
  putEvents(events: readonly StoredEvent[]): Promise<ReadonlySet<string>>;
  /** Puts an event if it is not stored yet. @returns the stored one */
  putEventOnce(event: StoredEvent): Promise<StoredEvent>;
  /**
   * Consistent reads; events that are not found are missing in the map.
   * @throws NewerVersionError unless what cannot be read is left out, and logged
   */
  getEvents(
    refs: readonly EventRef[],
    unreadable?: Unreadable,
  ): Promise<ReadonlyMap<string, StoredEvent>>;
  /** Keeps an event at least until then, if it is stored. */
  keepUntil(ref: EventRef, untilMs: number): Promise<void>;
  /** Newest first. */
  listEvents(
    scope: Scope,
    range: TimeRange,
    limit: number,
    cursor?: string,
  ): Promise<Page<StoredEvent>>;
}

export interface DedupeEntry {
  readonly eventId: string;
  /** SHA-256 of the request's body, hex. */
  readonly bodyHash: string;
  readonly acceptedAtMs: number;
}

/** How long an idempotency key is kept. */
export const DEDUPE_MS = 7 * DAY_MS;

export interface DedupeLedger {
  /** Puts the entry if the key is free, and gives the entry that holds it then. */
  reserve(scope: Scope, key: string, entry: DedupeEntry): Promise<DedupeEntry>;
}

export interface DedupeLookup {
  /** The entry that holds a key, if it is not free. */
  holderOf(scope: Scope, key: string, nowMs: number): Promise<DedupeEntry | undefined>;
}
