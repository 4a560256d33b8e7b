// Dispatch: sends due deliveries, records the outcomes, and triggers what follows. This file handles a batch, grouped
// by endpoint, with rate limits and health. deliver.ts handles one delivery.
import type { SQSRecord } from 'aws-lambda';
import { defined } from '../core/defined.ts';
import { LEASED_AT_MOST_MS } from '../core/deliveries/advance.ts';
import { carriedEvent } from '../core/deliveries/carried.ts';
import type { Delivery } from '../core/deliveries/delivery.ts';
import { eachByItself, type FailedRecord, readRecords } from '../core/deliveries/failed-record.ts';
import { findDelivery } from '../core/deliveries/ledger.ts';
import type { DispatchQueue, Postponement, RetryQueue } from '../core/deliveries/message.ts';
import { type DeliveryMessage, decodeDeliveryMessage } from '../core/deliveries/message.ts';
import { settleOverdue } from '../core/deliveries/overdue.ts';
import type { Endpoint } from '../core/endpoints/endpoint.ts';
import { LeaseHeldError, NotYetStoredError } from '../core/errors.ts';
import type { EventLedger, StoredEvent } from '../core/events/ledger.ts';
import { createdAtMs } from '../core/identifiers.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { Notices } from '../core/operator/all.ts';
import { isRedelivered } from '../core/redelivered.ts';
import { isGone, isSuccess } from '../core/retries/outcome.ts';
import { addressOf } from '../core/scope.ts';
import { DAY_MS } from '../core/time.ts';
import type { Wakes } from '../core/wakes/directory.ts';
import type { WakeQueue } from '../core/wakes/message.ts';
import { wakeAt } from '../core/wakes/wake-at.ts';
import { type Job, rest } from './admission.ts';
import { carryOut, isRecordedBy } from './carry-out.ts';
import { type DeliverPorts, deliver } from './deliver.ts';
import type { EndpointCache, KnownEndpoint } from './endpoint-cache.ts';
import type { Tally } from './exchange.ts';
import type { HealthWatch } from './health-watch.ts';
import { type RateGatePorts, takeTurns } from './rate-gate.ts';

/** By then the index shows the deliveries that were held before. */
const AT_REST_BY_MS = 2_000;

type ReadMessage = Pick<Job, 'message' | 'record'>;

export interface DispatchPorts extends DeliverPorts, RateGatePorts {
  readonly ledger: DeliverPorts['ledger'] & Pick<EventLedger, 'getEvents'>;
  readonly endpoints: EndpointCache;
  readonly events: DeliverPorts['events'] & Pick<Notices, 'tellExpiring'>;
  readonly queues: RetryQueue & Postponement & WakeQueue;
  readonly wakes: Wakes;
  readonly health: HealthWatch;
  readonly warn: (message: string, error: unknown) => void;
}

/**
 * Processes a batch side by side; what is returned comes back by SQS, everything else is done. It rejects only
 * before anything is under way: later, an instance that is stopped would leave requests without a record.
 */
export async function dispatch(
  ports: DispatchPorts,
  records: readonly SQSRecord[],
  queue: DispatchQueue,
  requestId: string,
  remainingMs: () => number = () => Number.POSITIVE_INFINITY,
): Promise<FailedRecord[]> {
  const { read: messages, failed } = readRecords(records, decodeDeliveryMessage);
  if (messages.length === 0) return failed;

  const [events, known] = await Promise.all([
    eventsOf(ports, messages),
    ports.endpoints(messages.map(({ message }) => ({ ...message, id: message.endpointId }))),
  ]);
  const endpoints = await withAddedTransforms(ports, messages, events, known);
  const expired: ReadMessage[] = [];
  const groups = new Map<string, Job[]>();
  for (const { record, message } of messages) {
    const known = endpoints.get(message.endpointId);
    const stored = events.get(message.eventId);
    if (known && stored) {
      const holder = `${record.messageId}/${requestId}`;
      const job = { message, record, known, stored, queue, holder, remainingMs };
      groups.set(message.endpointId, [...(groups.get(message.endpointId) ?? []), job]);
    } else if (known && isExpired(message.eventId, ports)) {
      expired.push({ message, record });
    } else {
      const error = new NotYetStoredError(known ? message.eventId : message.endpointId);
      failed.push({ messageId: record.messageId, error });
    }
  }
  const settled = await Promise.all([
    eachByItself(expired, ({ message }) => endExpired(ports, message)),
    ...[...groups.values()].map((jobs) => dispatchGroup(ports, jobs, queue)),
  ]);
  return [...failed, ...settled.flat()];
}

/** Those that came with their messages, and the others from the ledger. */
async function eventsOf(
  { ledger, surroundings }: DispatchPorts,
  messages: readonly ReadMessage[],
): Promise<ReadonlyMap<string, StoredEvent>> {
  const nowMs = surroundings.now();
  const events = new Map<string, StoredEvent>();
  const others: DeliveryMessage[] = [];
  for (const { message, record } of messages) {
    const event = carriedEvent(message, record, nowMs);
    if (!event) {
      others.push(message);
      continue;
    }
    // It came with the messages of several endpoints.
    const { targets = [], transformed = [] } = events.get(event.id) ?? {};
    const own = [message.endpointId];
    events.set(event.id, {
      event,
      targets: [...targets, ...own],
      transformed: message.transforms ? [...transformed, ...own] : transformed,
    });
  }
  const found = await ledger.getEvents(others, 'left out');
  return new Map([...events, ...found]);
}

/** An event that is transformed was fanned out later than an endpoint was read that has no transformation. */
async function withAddedTransforms(
  { endpoints }: DispatchPorts,
  messages: readonly ReadMessage[],
  events: ReadonlyMap<string, StoredEvent>,
  known: Awaited<ReturnType<EndpointCache>>,
): ReturnType<EndpointCache> {
  const stale = messages.filter(
    ({ message: { eventId, endpointId, transforms } }) =>
      !transforms &&
      events.get(eventId)?.transformed?.includes(endpointId) &&
      !known.get(endpointId)?.endpoint.transform,
  );
  if (stale.length === 0) return known;
  const refs = stale.map(({ message }) => ({
    ...message,
    id: message.endpointId,
    transforms: true,
  }));
  return new Map([...known, ...(await endpoints(refs))]);
}

/** Whether an event that is not there was removed after its time, and not merely not stored yet. */
function isExpired(eventId: string, { settings, surroundings }: DispatchPorts): boolean {
  const keptMs = Math.max(settings.retentionDays, settings.deadlineDays) * DAY_MS;
  return surroundings.now() > createdAtMs(eventId) + keptMs;
}

/** Without its event a delivery can no longer be attempted. This is final, and not a fault. */
async function endExpired(
  { ledger, events, surroundings }: DispatchPorts,
  message: DeliveryMessage,
): Promise<void> {
  const nowMs = surroundings.now();
  const found = await findDelivery(ledger, message);
  const delivery = found && (await settleOverdue({ ledger, events }, found, nowMs));
  if (delivery?.state !== 'waiting') return;
  const dead: Delivery = { ...delivery, state: 'dead', deathReason: 'event_expired' };
  await events.tellDead(dead);
  await ledger.settle(dead, 'dead', nowMs);
}

/** The jobs of one endpoint: its rate limit before them, its health after them. Never rejects. */
async function dispatchGroup(
  ports: DispatchPorts,
  jobs: readonly Job[],
  queue: DispatchQueue,
): Promise<FailedRecord[]> {
  const [first] = jobs;
  if (!first) return [];
  const tally: Tally = [];
  const { endpoint } = first.known;
  const messages = jobs.map(({ message }) => message);
  const turns =
    endpoint.maxPerSecond === undefined
      ? undefined
      : takeTurns(ports, addressOf(endpoint), endpoint.maxPerSecond, messages);
  const rested = turns?.then(({ slotsMs, isWoken }) => {
    const resting = jobs.filter(({ message }) => !slotsMs.has(message));
    return restAll(ports, resting, isWoken);
  });
  // Each job that needs it fails by it.
  rested?.catch(() => undefined);
  const failed = await eachByItself(jobs, async (job) => {
    try {
      const slotMs = turns ? (await turns).slotsMs.get(job.message) : 0;
      if (slotMs === undefined) await rested;
      else if (!(await isRedone(ports, job))) await deliverAt(ports, job, slotMs, tally);
    } catch (error) {
      if (error instanceof LeaseHeldError) await postpone(ports, job, queue, error);
      throw error;
    }
  });
  await reportTally(ports, endpoint, tally);
  await reportExpiry(ports, first.known, tally);
  return failed;
}

/** Deliveries without a slot are held, and wake releases them: one wake-up for all, once all are held. */
async function restAll(
  ports: DispatchPorts,
  jobs: readonly Job[],
  isWoken: boolean | undefined,
): Promise<void> {
  const [first] = jobs;
  if (!first) return;
  const nowMs = ports.surroundings.now();
  const restEach = () =>
    inParallel(jobs, jobs.length, async (job) => {
      if (!(await isRedone(ports, job))) await rest(ports, job);
    });
  // Should the wake-up be lost, or find an index that is behind.
  await ports.wakes.note(first.message, nowMs + LEASED_AT_MOST_MS);
  if (isWoken) return void (await restEach());
  await wakeAt(ports, first.message, nowMs + AT_REST_BY_MS, restEach);
}

/** If this fails, the message comes back later, after its visibility timeout. */
async function postpone(
  { queues, surroundings, warn }: DispatchPorts,
  { record }: Job,
  queue: DispatchQueue,
  { untilMs }: LeaseHeldError,
): Promise<void> {
  const seconds = Math.ceil((untilMs - surroundings.now()) / 1000) + 1;
  await queues
    .postpone(queue, record.receiptHandle, Math.max(1, seconds))
    .catch((fault: unknown) => warn('a message could not be postponed', fault));
}

/**
 * A message that comes back may have recorded its attempt and died before the effects. They are repeated
 * first, because the steps that follow may hand the message on or hold its delivery, and lose track of the recorder.
 */
async function isRedone(ports: DispatchPorts, { message, record }: Job): Promise<boolean> {
  if (!isRedelivered(record)) return false;
  const delivery = await findDelivery(ports.ledger, message);
  if (!delivery || !isRecordedBy(delivery, record)) return false;
  await carryOut(ports, delivery);
  return true;
}

async function deliverAt(
  ports: DispatchPorts,
  job: Job,
  slotMs: number,
  tally: Tally,
): Promise<void> {
  const waitMs = slotMs - ports.surroundings.now();
  if (waitMs > 0) await ports.surroundings.sleep(waitMs);
  await deliver(ports, job, tally);
}

/** When certificates expire: the receiver's, as the last connection showed it, and the client's. */
async function reportExpiry(
  ports: DispatchPorts,
  known: KnownEndpoint,
  tally: Tally,
): Promise<void> {
  if (known.isDeleted || tally.length === 0) return;
  const expiry = defined({
    receiverExpiresAtMs: tally.findLast((one) => one.certificateExpiresAtMs)
      ?.certificateExpiresAtMs,
    clientExpiresAtMs: known.clientExpiresAtMs,
  });
  if (Object.keys(expiry).length === 0) return;
  try {
    await ports.events.tellExpiring(addressOf(known.endpoint), expiry);
  } catch (error) {
    ports.warn('a certificate that expires could not be reported', error);
  }
}

/** A failed report only delays the notice: the attempts are on record. */
async function reportTally(ports: DispatchPorts, endpoint: Endpoint, tally: Tally): Promise<void> {
  if (tally.length === 0) return;
  const inOrder = tally.toSorted((a, b) => a.endedAtMs - b.endedAtMs);
  const lastSuccess = inOrder.findLastIndex(({ outcome }) => isSuccess(outcome));
  try {
    await ports.health.report(endpoint, {
      successes: inOrder.filter(({ outcome }) => isSuccess(outcome)).length,
      failuresInRow: inOrder.length - 1 - lastSuccess,
      gone: inOrder.slice(lastSuccess + 1).some(({ outcome }) => isGone(outcome)),
      probed: tally.some(({ cause }) => cause === 'probe'),
    });
  } catch (error) {
    ports.warn('health could not be reported', error);
  }
}
