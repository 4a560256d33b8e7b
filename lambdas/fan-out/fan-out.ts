// Fan-out: stores each event with the endpoints that it matches, then sends one message per delivery.
import type { SQSRecord } from 'aws-lambda';
import { type FailedRecord, readRecords } from '../core/deliveries/failed-record.ts';
import type { DeliveryMessage, DeliveryQueue } from '../core/deliveries/message.ts';
import { PartlyRefusedError } from '../core/errors.ts';
import type { Event } from '../core/events/event.ts';
import { isRedacted } from '../core/events/event.ts';
import { writeFeed } from '../core/events/feed.ts';
import type { EventLedger, StoredEvent } from '../core/events/ledger.ts';
import { decodeEventMessage, type EventMessage } from '../core/events/message.ts';
import { hashOfSubject, latestOfEach } from '../core/events/subject-order.ts';
import { scopeKey } from '../core/scope.ts';
import type { Settings } from '../core/settings.ts';
import type { SubscriberStore } from '../core/subscriptions/subscriber.ts';
import { targetsOf } from '../core/subscriptions/targets.ts';
import type { Surroundings } from '../core/surroundings.ts';

export interface FanOutPorts {
  readonly ledger: EventLedger;
  readonly registry: Pick<SubscriberStore, 'subscribersOf'>;
  readonly queues: DeliveryQueue;
  readonly surroundings: Pick<Surroundings, 'now'>;
  readonly settings: Pick<Settings, 'feedLagSeconds'>;
  /** Opens sealed events for matching, where data is sealed; they are stored as they came. */
  readonly open?: (events: readonly Event[]) => Promise<readonly Event[]>;
  /** Told of the events that are done with. */
  readonly report?: (events: readonly Event[]) => void;
}

interface Job extends EventMessage {
  readonly record: SQSRecord;
}

interface MatchedJob extends Job {
  readonly targets: readonly string[];
  /** The targets that have a polling feed. */
  readonly polling: readonly string[];
  /** The targets that take the slow lane. */
  readonly slow: readonly string[];
  readonly subjectHash?: string;
}

/** Processes a batch; what is returned comes back by SQS, everything else is done. */
export async function fanOut(
  ports: FanOutPorts,
  records: readonly SQSRecord[],
): Promise<FailedRecord[]> {
  const { read, failed } = readRecords(records, decodeEventMessage);
  const jobs: Job[] = read.map(({ record, message }) => ({ ...message, record }));
  if (jobs.length === 0) return failed;

  const subscribers = await ports.registry.subscribersOf(jobs.map((job) => job.event));
  const came = jobs.map(({ event }) => event);
  const opened = ports.open ? await ports.open(came) : came;
  const matched = jobs.flatMap((job, index) => {
    const candidates = subscribers.get(scopeKey(job.event));
    // Of a deleted tenant nothing is stored any more.
    if (candidates === null) return [];
    const event = opened[index] ?? job.event;
    const targets = targetsOf(event, candidates ?? []);
    return [
      {
        ...job,
        ...sealedSubject(job.event, event),
        targets: targets.map(({ id }) => id),
        polling: targets.filter(({ polling }) => polling).map(({ id }) => id),
        slow: targets.filter(({ isSlow }) => isSlow).map(({ id }) => id),
      },
    ];
  });

  const stored = await storeAll(ports.ledger, matched, failed);
  const results = await Promise.all([
    sendAll(ports.queues, stored),
    feedAll(ports, stored),
    pointAll(ports, stored),
  ]);
  // Each of a record's failures is one too many, and it comes back once.
  const errors = new Map(results.flat().map((one) => [one.messageId, one]));
  const left = [...failed, ...errors.values()];
  const leftIds = new Set(left.map(({ messageId }) => messageId));
  const done = jobs.filter(({ record }) => !leftIds.has(record.messageId));
  ports.report?.(done.map(({ event }) => event));
  return left;
}

interface StoredJob {
  readonly job: MatchedJob;
  readonly stored: StoredEvent;
}

/** The common case is put in batches; what may be there already is put only if it is not. */
async function storeAll(
  ledger: EventLedger,
  jobs: readonly MatchedJob[],
  failed: FailedRecord[],
): Promise<StoredJob[]> {
  const fresh = jobs.filter((job) => !isDoubtful(job));
  const doubtful = jobs.filter(isDoubtful);
  const refused = fresh.length === 0 ? new Set<string>() : await ledger.putEvents(fresh);
  const done: StoredJob[] = [];
  for (const job of fresh) {
    if (refused.has(job.event.id)) {
      const error = new PartlyRefusedError('DynamoDB', refused.size, fresh.length);
      failed.push({ messageId: job.record.messageId, error });
    } else {
      done.push({ job, stored: { event: job.event, targets: job.targets } });
    }
  }
  const redone = await Promise.allSettled(doubtful.map((job) => ledger.putEventOnce(toStore(job))));
  redone.forEach((result, index) => {
    const job = doubtful[index];
    if (!job) return;
    if (result.status === 'fulfilled') done.push({ job, stored: result.value });
    else failed.push({ messageId: job.record.messageId, error: result.reason });
  });
  return done;
}

/** Whose write it was is worth its bytes only where entries of feeds depend on it. */
function toStore({ event, targets, polling, record, subjectHash }: MatchedJob): StoredEvent {
  return {
    event,
    targets,
    ...(polling.length > 0 ? { storedBy: record.messageId } : {}),
    ...(subjectHash === undefined ? {} : { subjectHash }),
  };
}

async function sendAll(
  queues: FanOutPorts['queues'],
  jobs: readonly StoredJob[],
): Promise<FailedRecord[]> {
  const outgoing = jobs.flatMap(({ job, stored }) =>
    // What came again after it was redacted finds its deliveries cancelled.
    (isRedacted(stored.event) ? [] : stored.targets).map((endpointId) => ({
      job,
      message: {
        ...firstAttempt(stored, endpointId, isDoubtful(job)),
        ...(job.slow.includes(endpointId) ? { isSlow: true } : {}),
      },
    })),
  );
  if (outgoing.length === 0) return [];
  const refused = await queues.sendDeliveries(outgoing.map(({ message }) => message));
  return failuresOf(outgoing, refused, 'SQS');
}

/** After the event itself: a reader of a feed finds the event of every entry. */
async function feedAll(
  { ledger, surroundings, settings }: FanOutPorts,
  jobs: readonly StoredJob[],
): Promise<FailedRecord[]> {
  const entries = jobs
    .filter(owesFeeds)
    .flatMap(({ job, stored }) =>
      stored.targets
        .filter((endpointId) => job.polling.includes(endpointId))
        .map((endpointId) => ({ job, ...scopeOf(stored), eventId: stored.event.id, endpointId })),
    );
  if (entries.length === 0) return [];
  const writing = { ledger, now: () => surroundings.now(), lagMs: settings.feedLagSeconds * 1000 };
  const refs = entries.map(({ job, ...ref }) => ref);
  try {
    return failuresOf(entries, await writeFeed(writing, refs), 'DynamoDB');
  } catch (error) {
    return entries.map(({ job }) => ({ messageId: job.record.messageId, error }));
  }
}

/**
 * A producer's repeat of what is stored owes nothing: the message that stored it does, and comes back
 * until it has. Whatever came back may owe.
 */
function owesFeeds({ job, stored }: StoredJob): boolean {
  return !isDoubtful(job) || isRedelivered(job) || stored.storedBy === job.record.messageId;
}

async function pointAll(
  { ledger, open }: FanOutPorts,
  jobs: readonly StoredJob[],
): Promise<FailedRecord[]> {
  const came = jobs.map(({ stored }) => stored.event);
  // What was stored before may hold another subject than what came again.
  const events = open ? await open(came) : came;
  const latest = latestOfEach(events);
  if (latest.length === 0) return [];
  try {
    await ledger.putLatest(latest);
    return [];
  } catch (error) {
    return jobs
      .filter((_, index) => events[index]?.subject !== undefined)
      .map(({ job }) => ({ messageId: job.record.messageId, error }));
  }
}

function sealedSubject(came: Event, { subject }: Event) {
  return came.sealedContent && subject !== undefined ? { subjectHash: hashOfSubject(subject) } : {};
}

function failuresOf(
  entries: readonly { readonly job: Job }[],
  refused: ReadonlySet<number>,
  by: 'DynamoDB' | 'SQS',
): FailedRecord[] {
  const messageIds = [...refused].flatMap((index) => entries[index]?.job.record.messageId ?? []);
  const error = new PartlyRefusedError(by, refused.size, entries.length);
  return [...new Set(messageIds)].map((messageId) => ({ messageId, error }));
}

function scopeOf({ event: { tenant, environment } }: StoredEvent) {
  return { tenant, environment };
}

function firstAttempt(
  { event }: StoredEvent,
  endpointId: string,
  doubtful: boolean,
): DeliveryMessage {
  return {
    eventId: event.id,
    endpointId,
    tenant: event.tenant,
    environment: event.environment,
    run: 1,
    attempt: 1,
    cause: 'first',
    doubtful,
  };
}

/** Whether the event may have been stored, and its deliveries sent, before. */
function isDoubtful(job: Job): boolean {
  return job.mayRepeat || isRedelivered(job);
}

function isRedelivered({ record }: Job): boolean {
  return Number(record.attributes.ApproximateReceiveCount) > 1;
}
