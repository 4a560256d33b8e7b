// Whether a delivery may be attempted now. If not, it is cancelled, held until its endpoint is woken, or already done.
import type { SQSRecord } from 'aws-lambda';
import { defined } from '../core/defined.ts';
import { freshDelivery } from '../core/deliveries/advance.ts';
import { type Delivery, nothingSent, redactedDelivery } from '../core/deliveries/delivery.ts';
import { type AskedAttempt, type DeliveryLedger, findDelivery } from '../core/deliveries/ledger.ts';
import type { DeliveryMessage, DispatchQueue } from '../core/deliveries/message.ts';
import { LeaseHeldError, NotYetStoredError, SealBrokenError } from '../core/errors.ts';
import { isRedacted } from '../core/events/event.ts';
import type { StoredEvent } from '../core/events/ledger.ts';
import { deliveryIdOf } from '../core/identifiers.ts';
import { isRedelivered } from '../core/redelivered.ts';
import type { Settings } from '../core/settings.ts';
import { AS_POSTED } from '../core/transforms/transform.ts';
import { type CarryOutPorts, carryOut, isRecordedBy } from './carry-out.ts';
import type { KnownEndpoint, OpenEndpoint } from './endpoint-cache.ts';
import type { HealthWatch } from './health-watch.ts';

/** How much longer than a request's deadline its lease is, and what is left of the invocation must be. */
export const LEASE_MARGIN_MS = 5_000;

/** One message's work, with what it needs from the registry and the ledger. */
export interface Job {
  readonly message: DeliveryMessage;
  readonly record: SQSRecord;
  readonly known: KnownEndpoint;
  readonly stored: StoredEvent;
  readonly queue: DispatchQueue;
  /** `<message id>/<request id>`: see ClaimRequest. */
  readonly holder: string;
  /** What is left of the invocation. */
  readonly remainingMs: () => number;
}

export interface AdmissionPorts extends CarryOutPorts {
  readonly ledger: Pick<DeliveryLedger, 'getDeliveries' | 'claim' | 'rest' | 'settle'>;
  readonly health: Pick<HealthWatch, 'maySend'>;
  readonly settings: Settings;
}

export interface Admitted {
  readonly open: OpenEndpoint;
  readonly delivery: Delivery;
  /** Otherwise it takes the fast path: no other invocation has it. */
  readonly isClaimed: boolean;
}

/** Holds the delivery until its endpoint is woken. */
export async function rest(ports: AdmissionPorts, job: Job): Promise<undefined> {
  await ports.ledger.rest(asked(ports, job));
}

export async function admit(ports: AdmissionPorts, job: Job): Promise<Admitted | undefined> {
  const { message, record, known: open, stored } = job;
  const nowMs = ports.surroundings.now();
  // Nothing is sent to a deleted endpoint, and a redacted event has nothing left to send.
  if (open.isDeleted || isRedacted(stored.event)) {
    return cancel(ports, job, nowMs);
  }
  // The data cannot be opened, so there is nothing to send: the message comes back, and ends as a dead letter.
  if (stored.event.sealedContent) throw new SealBrokenError();
  if (!(await ports.health.maySend(message, open.endpoint))) return rest(ports, job);
  const attempt = asked(ports, job);
  if (await isTransformed(ports, job, open)) {
    return claim(ports, job, open, attempt, open.endpoint.transform?.version ?? AS_POSTED);
  }
  return attempt.fresh && !isRedelivered(record) && !message.doubtful
    ? { open, delivery: attempt.fresh, isClaimed: false }
    : claim(ports, job, open, attempt);
}

/**
 * Decided when the event was stored, if that is noted. Of events that older code stored it is not: there a delivery of which
 * nothing was sent yet goes by its endpoint of now, as what the transformation removes must not get out.
 */
async function isTransformed(
  { ledger }: AdmissionPorts,
  { message, stored }: Job,
  { endpoint }: OpenEndpoint,
): Promise<boolean> {
  if (message.transforms) return true;
  if (stored.transformed) return stored.transformed.includes(message.endpointId);
  // Fan-out decided by the same list of endpoints what it sent as not doubtful.
  if (!message.doubtful || !endpoint.transform) return false;
  return message.attempt === 1 || nothingSent(await findDelivery(ledger, message));
}

async function cancel(
  ports: AdmissionPorts,
  { message, stored }: Job,
  nowMs: number,
): Promise<undefined> {
  const { event } = stored;
  const current =
    (await findDelivery(ports.ledger, message)) ??
    freshDelivery(event, message.endpointId, ports.settings, nowMs);
  const delivery = isRedacted(event) ? redactedDelivery(current, nowMs) : current;
  await ports.ledger.settle(delivery, 'cancelled', nowMs);
}

async function claim(
  ports: AdmissionPorts,
  { message, record, holder }: Job,
  open: OpenEndpoint,
  { fresh, ...attempt }: AskedAttempt,
  transformVersion?: string,
): Promise<Admitted | undefined> {
  const leaseUntilMs = attempt.nowMs + open.endpoint.timeoutMs + LEASE_MARGIN_MS;
  const claimed = await ports.ledger.claim({
    ...attempt,
    fresh: fresh && { ...fresh, ...defined({ transformVersion }) },
    holder,
    leaseUntilMs,
    transformVersion,
  });
  const id = deliveryIdOf(message.eventId, message.endpointId);
  switch (claimed.kind) {
    case 'claimed':
      return { open, delivery: claimed.delivery, isClaimed: true };
    case 'held':
      throw new LeaseHeldError(id, claimed.untilMs);
    case 'past':
      if (isRecordedBy(claimed.delivery, record)) await carryOut(ports, claimed.delivery);
      return undefined;
    case 'missing':
      throw new NotYetStoredError(id);
    default:
      return claimed satisfies never;
  }
}

/** The attempt that a message asks for. */
function asked({ settings, surroundings }: AdmissionPorts, { message, stored }: Job): AskedAttempt {
  const { run, attempt, endpointId } = message;
  const nowMs = surroundings.now();
  const isFirst = run === 1 && attempt === 1;
  const fresh = isFirst ? freshDelivery(stored.event, endpointId, settings, nowMs) : undefined;
  return { ref: message, fresh, run, attempt, nowMs };
}
