// Takes an endpoint's due deliveries, oldest first, and sends them to the retries queue.
import { LOST_AFTER_MS, retryMessage } from '../core/deliveries/advance.ts';
import type { DeliveryLedger, WorkEntry, WorkLedger } from '../core/deliveries/ledger.ts';
import type { DelayedMessage, RetryQueue } from '../core/deliveries/message.ts';
import { settleOverdue } from '../core/deliveries/overdue.ts';
import type { RateLedger } from '../core/endpoints/rate-limit.ts';
import type { EndpointStore } from '../core/endpoints/store.ts';
import { PartlyRefusedError } from '../core/errors.ts';
import type { HealthLedger } from '../core/health/ledger.ts';
import type { OperatorNotices } from '../core/operator/notices.ts';
import type { EndpointAddress } from '../core/scope.ts';
import type { Settings } from '../core/settings.ts';
import type { Surroundings } from '../core/surroundings.ts';
import type { Wakes } from '../core/wakes/directory.ts';
import type { WakeMessage, WakeQueue } from '../core/wakes/message.ts';

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
  const leasedUntilMs = beforeMs + LOST_AFTER_MS;
  let isNoted = false;
  const failures: unknown[] = [];
  for await (const page of duePages(ports.work, endpoint, beforeMs, PAGE)) {
    // Should we die with some of it taken and not sent: sweep wakes the endpoint when the leases are over.
    if (!isNoted && page.length > 0) await ports.wakes.note(endpoint, leasedUntilMs);
    isNoted = true;
    failures.push(...(await takeAndSend(ports, page, leasedUntilMs)));
    if (isOutOfTime()) return false;
  }
  if (failures.length > 0) throw failures[0];
  return true;
}

/**
 * Takes entries, each by itself, and sends those that were taken. What failed stands in the index, or is leased.
 * @param form what is sent for the entry at an index
 * @returns why some were not taken
 */
export async function takeAndSend(
  ports: WakePorts,
  entries: readonly WorkEntry[],
  leasedUntilMs: number,
  form = (sent: DelayedMessage, _index: number): DelayedMessage => sent,
): Promise<unknown[]> {
  const taken = await Promise.allSettled(entries.map((entry) => take(ports, entry, leasedUntilMs)));
  await sendAll(
    ports,
    taken.flatMap((one, index) =>
      one.status === 'fulfilled' ? one.value.map((sent) => form(sent, index)) : [],
    ),
  );
  return taken.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
}

/** What is due, page by page: each entry once, though it may end or be moved on meanwhile. */
export async function* duePages(
  work: Pick<WorkLedger, 'listDue'>,
  endpoint: EndpointAddress,
  beforeMs: number,
  size: number,
  fromMs = 0,
): AsyncGenerator<readonly WorkEntry[]> {
  // The index may still show what was taken as it was, or show it already where it was moved to.
  const seen = new Set<string>();
  let next = { fromMs, limit: size };
  for (;;) {
    const { limit } = next;
    const listed = await work.listDue(endpoint, beforeMs, limit, next.fromMs);
    const page = listed.filter(({ eventId }) => !seen.has(eventId));
    yield page;
    const last = listed.at(-1);
    if (!last || listed.length < limit) return;
    for (const { eventId } of page) seen.add(eventId);
    // Beyond those that are due at the same moment.
    const atOnce = listed.filter(({ workAtMs }) => workAtMs === last.workAtMs).length;
    next = { fromMs: last.workAtMs, limit: size + atOnce };
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
  await settleOverdue(ports, delivery, nowMs);
  return nowMs < delivery.deadlineAtMs ? [retryMessage(delivery, nowMs)] : [];
}

export async function sendWake(
  { queues }: Pick<WakePorts, 'queues'>,
  wake: WakeMessage,
  delaySeconds: number,
): Promise<void> {
  const refused = await queues.sendWakes([{ wake, delaySeconds }]);
  if (refused.size > 0) throw new PartlyRefusedError('SQS', refused.size, 1);
}

export async function sendAll(
  ports: WakePorts,
  messages: readonly DelayedMessage[],
): Promise<void> {
  if (messages.length === 0) return;
  const refused = await ports.queues.sendRetries(messages);
  if (refused.size > 0) throw new PartlyRefusedError('SQS', refused.size, messages.length);
}
