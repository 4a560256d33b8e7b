// Whether a delivery may go now. One that may not is cancelled, rests until it is woken, or is found done.
import { freshDelivery } from '../core/deliveries/advance.ts';
import { type Delivery, redactedDelivery } from '../core/deliveries/delivery.ts';
import type { DeliveryMessage } from '../core/deliveries/message.ts';
import { isUnverified } from '../core/endpoints/verification.ts';
import { LeaseHeldError, NotYetStoredError, SealBrokenError } from '../core/errors.ts';
import { isRedacted } from '../core/events/event.ts';
import { deliveryIdOf } from '../core/identifiers.ts';
import { BUCKET_MS } from '../core/wakes/bucket.ts';
import { carryOut, isRecordedBy } from './carry-out.ts';
import type { DispatchPorts, Job } from './ports.ts';

/** How much longer than a request's deadline its lease is. */
const LEASE_MARGIN_MS = 5_000;

export interface Admitted {
  readonly delivery: Delivery;
  /** Otherwise it takes the fast path: nobody else has it. */
  readonly isClaimed: boolean;
}

/** Puts it aside until it is woken. */
export async function rest(ports: DispatchPorts, { message, stored }: Job): Promise<void> {
  const nowMs = ports.surroundings.now();
  const fresh = freshDelivery(stored.event, message.endpointId, ports.settings, nowMs);
  const { run, attempt } = message;
  await ports.ledger.rest({
    ref: message,
    fresh: isFirst(message) ? fresh : undefined,
    run,
    attempt,
    nowMs,
  });
}

export async function admit(ports: DispatchPorts, job: Job): Promise<Admitted | undefined> {
  const { message, open, stored } = job;
  const nowMs = ports.surroundings.now();
  const fresh = freshDelivery(stored.event, message.endpointId, ports.settings, nowMs);
  if (open.endpoint.deletedAtMs !== undefined) {
    await ports.ledger.settle(await currentOr(ports, fresh), 'cancelled');
    return undefined;
  }
  if (isRedacted(stored.event)) {
    // Nothing is left to send.
    const current = redactedDelivery(await currentOr(ports, fresh), nowMs);
    await ports.ledger.settle(current, 'cancelled');
    return undefined;
  }
  // Without its data there is nothing to send: it comes back, and rests as what failed too often does.
  if (stored.event.sealedContent) throw new SealBrokenError();
  if (!(await ports.health.maySend(message))) {
    await rest(ports, job);
    return undefined;
  }
  if (isUnverified(open.endpoint)) {
    // Its health does not say so yet: should it never, this is looked at again.
    await ports.wakes.ensure(message, nowMs + BUCKET_MS);
    await rest(ports, job);
    return undefined;
  }
  const isFast =
    !message.doubtful &&
    isFirst(message) &&
    Number(job.record.attributes.ApproximateReceiveCount) === 1;
  return isFast ? { delivery: fresh, isClaimed: false } : claim(ports, job, fresh, nowMs);
}

async function claim(
  ports: DispatchPorts,
  { message, record, open, holder }: Job,
  fresh: Delivery,
  nowMs: number,
): Promise<Admitted | undefined> {
  const { eventId, endpointId, run, attempt } = message;
  const claimed = await ports.ledger.claim({
    ref: message,
    fresh: isFirst(message) ? fresh : undefined,
    run,
    attempt,
    holder,
    nowMs,
    leaseUntilMs: nowMs + open.endpoint.timeoutMs + LEASE_MARGIN_MS,
  });
  switch (claimed.kind) {
    case 'claimed':
      return { delivery: claimed.delivery, isClaimed: true };
    case 'held':
      throw new LeaseHeldError(deliveryIdOf(eventId, endpointId), claimed.untilMs);
    case 'past':
      if (isRecordedBy(claimed.delivery, record)) await carryOut(ports, claimed.delivery);
      return undefined;
    case 'missing':
      throw new NotYetStoredError(deliveryIdOf(eventId, endpointId));
    default:
      return claimed satisfies never;
  }
}

function isFirst(message: DeliveryMessage): boolean {
  return message.attempt === 1 && message.run === 1;
}

async function currentOr(ports: DispatchPorts, fresh: Delivery): Promise<Delivery> {
  const found = await ports.ledger.getDeliveries([fresh]);
  return found.get(deliveryIdOf(fresh.eventId, fresh.endpointId)) ?? fresh;
}
