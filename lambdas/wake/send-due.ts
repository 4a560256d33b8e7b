// Takes an endpoint's due deliveries, oldest first, and sends them to the retries queue.
import { LOST_AFTER_MS, retryMessage } from '../core/deliveries/advance.ts';
import type { Delivery } from '../core/deliveries/delivery.ts';
import type { DeliveryLedger, WorkEntry, WorkLedger } from '../core/deliveries/ledger.ts';
import type { DelayedMessage, RetryQueue } from '../core/deliveries/message.ts';
import type { RateLedger } from '../core/endpoints/rate-limit.ts';
import type { EndpointStore } from '../core/endpoints/store.ts';
import { PartlyRefusedError } from '../core/errors.ts';
import type { HealthLedger } from '../core/health/ledger.ts';
import type { OperatorNotices } from '../core/operator/notices.ts';
import type { EndpointAddress } from '../core/scope.ts';
import type { Settings } from '../core/settings.ts';
import type { Surroundings } from '../core/surroundings.ts';
import type { Wakes } from '../core/wakes/directory.ts';
import type { WakeQueue } from '../core/wakes/message.ts';

const PAGE = 100;

export interface WakePorts {
  readonly settings: Pick<Settings, 'deadlineDays'>;
  readonly work: WorkLedger;
  readonly ledger: Pick<DeliveryLedger, 'settle' | 'getDeliveries'>;
  readonly health: HealthLedger;
  readonly rates: RateLedger;
  readonly registry: Pick<EndpointStore, 'getEndpoints'>;
  readonly queues: RetryQueue & WakeQueue;
  readonly wakes: Wakes;
  readonly surroundings: Surroundings;
  readonly events: Pick<OperatorNotices, 'tellDead'>;
}

/** @returns whether everything that was due was sent */
export async function sendDue(
  ports: WakePorts,
  endpoint: EndpointAddress,
  beforeMs: number,
  isOutOfTime: () => boolean,
): Promise<boolean> {
  // The index may still show what was taken as it was, or show it already where it was moved to.
  const taken = new Set<string>();
  let fromMs = 0;
  let limit = PAGE;
  const leasedUntilMs = beforeMs + LOST_AFTER_MS;
  for (;;) {
    const listed = await ports.work.listDue(endpoint, beforeMs, limit, fromMs);
    const due = listed.filter(({ eventId }) => !taken.has(eventId));
    // Should we die with some of it taken and not sent: sweep wakes the endpoint when the leases are over.
    if (taken.size === 0 && due.length > 0) {
      await ports.wakes.note(endpoint, leasedUntilMs);
    }
    const messages = await Promise.all(due.map((entry) => take(ports, entry, leasedUntilMs)));
    await sendAll(ports, messages.flat());
    if (listed.length < limit) return true;
    if (isOutOfTime()) return false;
    for (const { eventId } of due) taken.add(eventId);
    fromMs = listed.at(-1)?.workAtMs ?? fromMs;
    // Beyond those that are due at the same moment.
    limit = PAGE + listed.filter(({ workAtMs }) => workAtMs === fromMs).length;
  }
}

/**
 * Leases an entry by giving it a later time in the index: if its message is lost, it is found there again, by the
 * wake-up that is noted for the end of the lease. A delivery past its deadline becomes dead. An entry that another
 * invocation took, or that changed, is skipped.
 */
export async function take(
  ports: WakePorts,
  entry: WorkEntry,
  leasedUntilMs = Math.max(entry.workAtMs, ports.surroundings.now()) + LOST_AFTER_MS,
): Promise<DelayedMessage[]> {
  const nowMs = ports.surroundings.now();
  const delivery = await ports.work.take(entry, leasedUntilMs);
  if (!delivery) return [];
  if (await endIfTooLate(ports, delivery, nowMs)) return [];
  return [retryMessage(delivery, nowMs)];
}

export async function endIfTooLate(
  ports: WakePorts,
  delivery: Delivery,
  nowMs: number,
): Promise<boolean> {
  if (nowMs < delivery.deadlineAtMs) return false;
  // An attempt that is under way may deliver it yet, and ends it otherwise.
  if ((delivery.lease?.untilMs ?? 0) >= nowMs) return true;
  const dead: Delivery = { ...delivery, state: 'dead', deathReason: 'deadline' };
  // Told first: once it is settled nothing comes back to tell it. A repeated notice has the same id.
  await ports.events.tellDead(dead);
  await ports.ledger.settle(dead, 'dead', nowMs);
  return true;
}

export async function sendAll(
  ports: WakePorts,
  messages: readonly DelayedMessage[],
): Promise<void> {
  if (messages.length === 0) return;
  const refused = await ports.queues.sendRetries(messages);
  if (refused.size > 0) throw new PartlyRefusedError('SQS', refused.size, messages.length);
}
