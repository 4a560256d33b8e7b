// Deliveries as the ledger keeps them.
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { Unreadable } from '../errors.ts';
import { deliveryIdOf } from '../identifiers.ts';
import type { Page, TimeRange } from '../listing.ts';
import type { DeliveryRef, EndpointAddress } from '../scope.ts';
import type { Delivery, StoredState } from './delivery.ts';

export interface AskedAttempt {
  readonly ref: DeliveryRef;
  /** The delivery to store if it is not stored yet: only for the first attempt. */
  readonly fresh: Delivery | undefined;
  readonly run: number;
  readonly attempt: number;
  readonly nowMs: number;
}

export interface ClaimRequest extends AskedAttempt {
  /** Who claims: `<message id>/<request id>`, never used twice. */
  readonly holder: string;
  readonly leaseUntilMs: number;
  /** What the delivery is bound to from now on, unless it is bound already. */
  readonly transformVersion?: string | undefined;
}

export type Claim =
  | { readonly kind: 'claimed'; readonly delivery: Delivery }
  /** Another holder may be sending just now. */
  | { readonly kind: 'held'; readonly untilMs: number }
  /** The attempt is on record, or the delivery is past it. */
  | { readonly kind: 'past'; readonly delivery: Delivery }
  | { readonly kind: 'missing' };

export interface DeliveryRecords {
  /** Fast path: puts unconditionally; resolves to the delivery ids that could not be stored. */
  putDeliveries(deliveries: readonly Delivery[]): Promise<ReadonlySet<string>>;
  /** Puts a delivery if there is none: false if another writer was faster. */
  putDeliveryOnce(delivery: Delivery): Promise<boolean>;
  /** By their ids. @throws NewerVersionError unless what cannot be read is left out, and logged */
  getDeliveries(
    refs: readonly DeliveryRef[],
    unreadable?: Unreadable,
  ): Promise<ReadonlyMap<string, Delivery>>;
}

export function byId(deliveries: readonly Delivery[]): Map<string, Delivery> {
  return new Map(deliveries.map((one) => [deliveryIdOf(one.eventId, one.endpointId), one]));
}

export async function findDelivery(
  ledger: Pick<DeliveryRecords, 'getDeliveries'>,
  ref: DeliveryRef,
): Promise<Delivery | undefined> {
  return (await ledger.getDeliveries([ref])).get(deliveryIdOf(ref.eventId, ref.endpointId));
}

export interface DeliveryClaims {
  claim(request: ClaimRequest): Promise<Claim>;
  /** Records a claimed attempt, if the holder still has the claim. */
  recordClaimed(delivery: Delivery, holder: string): Promise<boolean>;
  /** Holds a delivery in the index at its due time, without an SQS message. */
  rest(asked: AskedAttempt): Promise<void>;
}

export interface DeliveryRuns {
  /** Opens a new run, if the delivery is still as it was seen and no attempt is under way. */
  openRun(delivery: Delivery, seenRun: number): Promise<boolean>;
  /** Ends a delivery that waits as it was seen, or is not stored yet, unless an attempt is under way. */
  settle(
    delivery: Delivery,
    state: Exclude<StoredState, 'waiting'>,
    nowMs: number,
  ): Promise<boolean>;
}

export interface DeliveryListing {
  /** Newest event first. */
  listDeliveries(
    endpoint: Pick<Endpoint, 'id' | 'tenant' | 'environment'>,
    range: TimeRange,
    limit: number,
    cursor?: string,
  ): Promise<Page<Delivery>>;
  /** The dead of an endpoint, newest event first; eventually consistent. */
  listNewestDead(
    endpoint: Pick<Endpoint, 'id' | 'tenant' | 'environment'>,
    range: TimeRange,
    limit: number,
    cursor?: string,
  ): Promise<Page<DeliveryRef>>;
}

export interface DeliveryLedger
  extends DeliveryRecords,
    DeliveryClaims,
    DeliveryRuns,
    DeliveryListing {}

/** A waiting delivery in the index `work`. */
export interface WorkEntry extends DeliveryRef {
  readonly workAtMs: number;
}

export interface WorkLedger {
  /** What waits at an endpoint and is due in a span of time, oldest first; eventually consistent. */
  listDue(
    endpoint: EndpointAddress,
    beforeMs: number,
    limit: number,
    fromMs?: number,
  ): Promise<readonly WorkEntry[]>;
  /** Leases an entry for as long as its message needs; undefined if it changed, or another invocation took it. */
  take(entry: WorkEntry, untilMs: number): Promise<Delivery | undefined>;
}
