// What the checker judges by: what a producer was answered, what receivers saw, what was done, what stands on record.
import type { Fault } from './fault-log.ts';

/** One event of a producer, however often it was posted. */
export interface Post {
  readonly scope: string;
  readonly type: string;
  /** The exact text of its data, which no other post has. */
  readonly data: string;
  readonly hasKey: boolean;
  /** The ids that it was answered with, each with 202. */
  readonly answeredIds: readonly string[];
  readonly tries: number;
  /** When it was tried first. */
  readonly postedAtMs?: number;
}

export interface Subscriber {
  /** Whether what it gets may have a member `v` more. */
  readonly isTransformed?: boolean;
  readonly id: string;
  readonly scope: string;
  /** Exact types; none means all. */
  readonly types: readonly string[];
  /** Base64, after `whsec_`. */
  readonly secret: string;
  /** After a rotation. */
  readonly newerSecrets?: readonly string[];
  /** Which of the events of its types it wants. */
  readonly accepts?: (data: string) => boolean;
  /** When its creation was answered: nothing is promised of what was posted before. */
  readonly sinceMs?: number;
  readonly timeoutMs: number;
  /** Whether it answers well before its policy is at its end. */
  readonly recovers: boolean;
  /** How many attempts its policy promises before a delivery is dead. */
  readonly promised: number;
  /** Deleted on the way: nothing is promised. */
  readonly isDeleted?: boolean;
  /** When more runs may have been opened for it, by a replay or by hand. */
  readonly replayedAtMs?: number;
}

export interface Arrival {
  readonly endpointId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly atMs: number;
  /** What it was answered; 0 if the answer never came or was no HTTP. */
  readonly status: number;
}

/** A delivery on record. */
export interface SnapshotItem {
  readonly state: string;
  readonly attempts: number;
  /** The numbers of attempts that were not answered, and perhaps did not arrive. */
  readonly unseen?: readonly number[];
}

/** The ledger and the queues at a moment. */
export interface Snapshot {
  /** Stored events with the ids of their targets. */
  readonly events: ReadonlyMap<string, readonly string[]>;
  /** By `<event>|<endpoint>`. */
  readonly deliveries: ReadonlyMap<string, SnapshotItem>;
  /** What live messages are about: `<event or *>|<endpoint or *>`. */
  readonly live: ReadonlySet<string>;
  /** The same of dead letters. */
  readonly dead: readonly string[];
}

export interface Evidence {
  readonly posts: readonly Post[];
  readonly subscribers: readonly Subscriber[];
  readonly arrivals: readonly Arrival[];
  readonly faults: readonly Fault[];
  readonly end: Snapshot;
  /** By `<event>|<endpoint>`: asked to be attempted anew, by hand or by a replay. */
  readonly reopened?: readonly { readonly key: string; readonly atMs: number }[];
  /** Asked to be cancelled: `<event or *>|<endpoint or *>`, accepted before this time. */
  readonly cancelled?: readonly { readonly subject: string; readonly beforeMs: number }[];
}
