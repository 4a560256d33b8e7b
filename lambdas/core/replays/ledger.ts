// Replays as the ledger keeps them, and the deliveries that they go through.
import type { Delivery } from '../deliveries/delivery.ts';
import type { Page, TimeRange } from '../listing.ts';
import type { DeliveryRef, EndpointAddress, Scope } from '../scope.ts';
import type { Replay } from './replay.ts';

interface ReplayStore {
  /** Puts a replay if there is none with this id. @returns the stored one */
  putReplayOnce(replay: Replay): Promise<Replay>;
  getReplay(scope: Scope, id: string): Promise<Replay | undefined>;
  /** Newest first. */
  listReplays(scope: Scope, limit: number, cursor?: string): Promise<Page<Replay>>;
  /** Writes if nobody wrote since it was read: false otherwise. */
  replaceReplay(seenVersion: number, after: Replay): Promise<boolean>;
}

/** What a replay may go through. */
export interface ReplayedDeliveries {
  /** The dead of an endpoint, oldest event first; eventually consistent. A page may be longer than asked. */
  listDead(
    endpoint: EndpointAddress,
    range: Required<TimeRange>,
    limit: number,
    cursor?: string,
  ): Promise<Page<DeliveryRef>>;
  /** All deliveries of an endpoint, oldest event first. */
  listOldestFirst(
    endpoint: EndpointAddress,
    range: Required<TimeRange>,
    limit: number,
    cursor?: string,
  ): Promise<Page<Delivery>>;
}

export interface ReplayLedger extends ReplayStore, ReplayedDeliveries {}
