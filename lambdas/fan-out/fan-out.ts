// Fan-out: stores each event with the endpoints that it matches, then sends one message per delivery.
import type { SQSRecord } from 'aws-lambda';
import { defined } from '../core/defined.ts';
import { mayBeCarried } from '../core/deliveries/carried.ts';
import { eachByItself, type FailedRecord, readRecords } from '../core/deliveries/failed-record.ts';
import type { DeliveryMessage, DeliveryQueue } from '../core/deliveries/message.ts';
import { PartlyRefusedError } from '../core/errors.ts';
import type { Event } from '../core/events/event.ts';
import { isRedacted } from '../core/events/event.ts';
import { writeFeed } from '../core/events/feed.ts';
import type { EventLedger, StoredEvent } from '../core/events/ledger.ts';
import { decodeEventMessage, type EventMessage } from '../core/events/message.ts';
import { hashOfSubject, latestOfEach } from '../core/events/subject-order.ts';
import type { FilterNotices } from '../core/operator/filter-notices.ts';
import { isRedelivered } from '../core/redelivered.ts';
import { type DeliveryRef, scopeKey } from '../core/scope.ts';
import type { Settings } from '../core/settings.ts';
import type { Routing } from '../core/subscriptions/routing.ts';
import type { Subscriber, SubscriberStore } from '../core/subscriptions/subscriber.ts';
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
  /** Told of the events that are done. */
  readonly report?: (events: readonly Event[]) => void;
  /** Without it, owners of filters that exceed their budget are not told. */
  readonly filterNotices?: FilterNotices;
  /** Told of an event that endpoints do not get because their filters exceed their budget. */
  readonly reportOverBudget?: (event: Event, endpoints: readonly Subscriber[]) => void;
  /** Told of routing rules, by their index, that count as not matching for that reason. */
  readonly reportRulesOverBudget?: (event: Event, rules: readonly number[]) => void;
}

interface Job extends EventMessage {
  readonly record: SQSRecord;
}

interface MatchedJob extends Job {
  /** The endpoints that it matched, by their ids. */
  readonly matched: ReadonlyMap<string, Subscriber>;
  readonly targets: readonly string[];
  readonly transformed: readonly string[];
  /** Whether it might have been stored with others that are transformed. */
  readonly mayTransform?: true;
  readonly subjectHash?: string;
  readonly routing?: Routing;
}

interface StoredJob extends MatchedJob {
  /** As it is stored: perhaps from before, and with other targets. */
  readonly stored: StoredEvent;
}

/** Processes a batch. SQS redelivers the records that are returned; all others are done. */
export async function fanOut(
  ports: FanOutPorts,
  records: readonly SQSRecord[],
): Promise<FailedRecord[]> {
  const { read, failed } = readRecords(records, decodeEventMessage);
  const jobs: Job[] = read.map(({ record, message }) => ({ ...message, record }));
  if (jobs.length === 0) return failed;

  const subscribers = await ports.registry.subscribersOf(jobs.map((job) => job.event));
  const matched: MatchedJob[] = [];
  const told = new Map<string, MatchedJob>();
  const unmatched = await eachByItself(await withOpened(ports, jobs), async (job) => {
    const candidates = subscribers.get(scopeKey(job.event));
    // Of a deleted tenant nothing is stored any more, nor for another that has its id now.
    if (candidates === null || job.event.acceptedAtMs < (candidates?.notBeforeMs ?? 0)) return;
    const all = candidates ?? [];
    const found = targetsOf(job.opened, all, candidates?.rules);
    const { wanting, overBudget, routing, rulesOverBudget } = found;
    const shaped = { ...sealedSubject(job.event, job.opened), ...defined({ routing }) };
    // What was saved by older code left no trace of it in the scope.
    const mayTransform =
      candidates?.hadTransforms || all.some(({ transforms }) => transforms) || undefined;
    matched.push({ ...job, ...shaped, ...matchedBy(wanting), ...defined({ mayTransform }) });
    if (rulesOverBudget.length > 0) ports.reportRulesOverBudget?.(job.event, rulesOverBudget);
    if (overBudget.length === 0) return;
    ports.reportOverBudget?.(job.event, overBudget);
    // They come with the record of the event that they are about, and back with it.
    const notices = ports.filterNotices?.about(job.event, overBudget, all) ?? [];
    for (const { event, targets } of notices) {
      if (told.has(event.id)) continue;
      const notice = { event, mayRepeat: true, record: job.record, ...matchedBy(targets) };
      told.set(event.id, notice);
      matched.push(notice);
    }
  });

  const { stored, unstored } = await storeAll(ports.ledger, matched);
  // What was stored before may hold another subject than what came again.
  const asStored = stored.map((job) => ({ record: job.record, event: job.stored.event }));
  const pointers = await withOpened(ports, asStored);
  // None of these rejects: the others would be under way.
  const results = await Promise.all([
    sendAll(ports.queues, stored),
    feedAll(ports, stored),
    pointAll(ports.ledger, pointers),
  ]);
  // Each of a record's failures is one too many, and it comes back once.
  const left = new Map(
    [...failed, ...unmatched, ...unstored, ...results.flat()].map((one) => [one.messageId, one]),
  );
  const done = jobs.filter(({ record }) => !left.has(record.messageId));
  ports.report?.(done.map(({ event }) => event));
  for (const { event, record } of told.values()) {
    if (!left.has(record.messageId)) ports.filterNotices?.wasTold(event);
  }
  return [...left.values()];
}

function matchedBy(
  targets: readonly Subscriber[],
): Pick<MatchedJob, 'matched' | 'targets' | 'transformed'> {
  return {
    matched: new Map(targets.map((target) => [target.id, target])),
    targets: targets.map(({ id }) => id),
    transformed: targets.filter(({ transforms }) => transforms).map(({ id }) => id),
  };
}

/** Each with its event as it can be read. */
async function withOpened<T extends Pick<Job, 'event'>>(
  { open }: Pick<FanOutPorts, 'open'>,
  jobs: readonly T[],
): Promise<(T & { readonly opened: Event })[]> {
  const came = jobs.map(({ event }) => event);
  const opened = open ? await open(came) : came;
  return jobs.map((job, index) => ({ ...job, opened: opened[index] ?? job.event }));
}

/**
 * New events are stored in batches. An event that may be stored already is put conditionally, and so is one where
 * transformations come and go: who gets it transformed stays as it was stored first, or one idempotency key would carry two
 * bodies.
 */
async function storeAll(
  ledger: EventLedger,
  jobs: readonly MatchedJob[],
): Promise<{ readonly stored: StoredJob[]; readonly unstored: FailedRecord[] }> {
  const isPutOnce = (job: MatchedJob) => isDoubtful(job) || job.mayTransform === true;
  const fresh = jobs.filter((job) => !isPutOnce(job));
  const refused = fresh.length === 0 ? new Set<string>() : await ledger.putEvents(fresh);
  const stored: StoredJob[] = [];
  const unstored = await eachByItself(jobs, async (job) => {
    if (isPutOnce(job)) stored.push({ ...job, stored: await ledger.putEventOnce(toStore(job)) });
    else if (!refused.has(job.event.id)) stored.push({ ...job, stored: job });
    else throw new PartlyRefusedError('DynamoDB', refused.size, fresh.length);
  });
  return { stored, unstored };
}

/** The id of the storing message is stored only where feed entries depend on it. */
function toStore({
  event,
  targets,
  transformed,
  matched,
  record,
  subjectHash,
  routing,
}: MatchedJob): StoredEvent {
  const hasFeed = [...matched.values()].some(({ polling }) => polling);
  return defined({
    event,
    targets,
    transformed,
    storedBy: hasFeed ? record.messageId : undefined,
    subjectHash,
    routing,
  });
}

async function sendAll(
  queues: FanOutPorts['queues'],
  jobs: readonly StoredJob[],
): Promise<FailedRecord[]> {
  const outgoing = jobs.flatMap((job) => {
    const { event, targets, transformed } = job.stored;
    const { body } = job.record;
    // Older code did not note it, and may have stored the event before.
    const isTransformed = (id: string) =>
      transformed?.includes(id) ?? job.matched.get(id)?.transforms === true;
    // What was stored before may differ from what came again.
    const isCarried = !isDoubtful(job) && mayBeCarried(event, body, targets.length);
    // A repeat of an event that was redacted finds its deliveries cancelled.
    return (isRedacted(event) ? [] : targets).map((endpointId) => ({
      record: job.record,
      message: {
        ...firstAttempt(job, endpointId),
        ...(isCarried ? { eventBody: body } : {}),
        ...(job.matched.get(endpointId)?.isSlow ? { isSlow: true } : {}),
        ...(isTransformed(endpointId) ? { transforms: true } : {}),
      },
    }));
  });
  return together(outgoing, 'SQS', () =>
    queues.sendDeliveries(outgoing.map(({ message }) => message)),
  );
}

/** After the event itself: a reader of a feed finds the event of every entry. */
async function feedAll(
  { ledger, surroundings, settings }: FanOutPorts,
  jobs: readonly StoredJob[],
): Promise<FailedRecord[]> {
  const entries = jobs
    .filter(owesFeeds)
    .flatMap(({ record, matched, stored }) =>
      stored.targets
        .filter((endpointId) => matched.get(endpointId)?.polling)
        .map((endpointId) => ({ record, ref: refOf(stored, endpointId) })),
    );
  const writing = { ledger, now: () => surroundings.now(), lagMs: settings.feedLagSeconds * 1000 };
  const refs = entries.map(({ ref }) => ref);
  return together(entries, 'DynamoDB', () => writeFeed(writing, refs));
}

/**
 * A producer's repeat of a stored event writes no feed entries: the message that stored the event writes them, and
 * comes back until it has. A message that came back may still have to write them.
 */
function owesFeeds(job: StoredJob): boolean {
  return (
    !isDoubtful(job) || isRedelivered(job.record) || job.stored.storedBy === job.record.messageId
  );
}

async function pointAll(
  ledger: EventLedger,
  jobs: readonly (Pick<Job, 'record'> & { readonly opened: Event })[],
): Promise<FailedRecord[]> {
  const about = jobs.filter(({ opened }) => opened.subject !== undefined);
  return together(about, 'DynamoDB', async () => {
    await ledger.putLatest(latestOfEach(about.map(({ opened }) => opened)));
    return new Set();
  });
}

function sealedSubject(came: Event, { subject }: Event) {
  return came.sealedContent && subject !== undefined ? { subjectHash: hashOfSubject(subject) } : {};
}

/** One call for all entries: those that it refuses failed, and all of them if it fails; it never rejects. */
async function together(
  entries: readonly Pick<Job, 'record'>[],
  by: 'DynamoDB' | 'SQS',
  call: () => Promise<ReadonlySet<number>>,
): Promise<FailedRecord[]> {
  if (entries.length === 0) return [];
  try {
    const refused = await call();
    const error = new PartlyRefusedError(by, refused.size, entries.length);
    const left = entries.filter((_, index) => refused.has(index));
    return left.map(({ record }) => ({ messageId: record.messageId, error }));
  } catch (error) {
    return entries.map(({ record }) => ({ messageId: record.messageId, error }));
  }
}

function refOf({ event }: StoredEvent, endpointId: string): DeliveryRef {
  const { tenant, environment, id: eventId } = event;
  return { tenant, environment, eventId, endpointId };
}

function firstAttempt(job: StoredJob, endpointId: string): DeliveryMessage {
  return {
    ...refOf(job.stored, endpointId),
    run: 1,
    attempt: 1,
    cause: 'first',
    doubtful: isDoubtful(job),
  };
}

/** Whether the event may have been stored, and its deliveries sent, before. */
function isDoubtful(job: Job): boolean {
  return job.mayRepeat || isRedelivered(job.record);
}
