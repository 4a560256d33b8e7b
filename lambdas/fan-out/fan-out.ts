// Fan-out: stores each event with the endpoints that it matches, then sends one message per delivery.
import type { SQSRecord } from 'aws-lambda';
import { PartlyRefusedError } from '../core/errors.ts';
import type { Event } from '../core/event.ts';
import type { FailedRecord } from '../core/failed-record.ts';
import { type DeliveryMessage, decodeEventMessage, type EventMessage } from '../core/messages.ts';
import {
  type EventLedger,
  type Queues,
  type Registry,
  type StoredEvent,
  scopeKey,
} from '../core/ports.ts';
import { isRedacted } from '../core/redaction.ts';
import { matchesSubscription } from '../core/subscription.ts';

export interface FanOutPorts {
  readonly ledger: EventLedger;
  readonly registry: Pick<Registry, 'subscribersOf'>;
  readonly queues: Pick<Queues, 'sendDeliveries'>;
  /** Opens sealed events for matching, where data is sealed; they are stored as they came. */
  readonly open?: (events: readonly Event[]) => Promise<readonly Event[]>;
}

interface Job extends EventMessage {
  readonly record: SQSRecord;
}

/** Processes a batch; what is returned comes back by SQS, everything else is done. */
export async function fanOut(
  ports: FanOutPorts,
  records: readonly SQSRecord[],
): Promise<FailedRecord[]> {
  const failed: FailedRecord[] = [];
  const jobs: Job[] = [];
  for (const record of records) {
    try {
      jobs.push({ ...decodeEventMessage(record.body), record });
    } catch (error) {
      failed.push({ messageId: record.messageId, error });
    }
  }
  if (jobs.length === 0) return failed;

  const subscribers = await ports.registry.subscribersOf(jobs.map((job) => job.event));
  const came = jobs.map(({ event }) => event);
  const opened = ports.open ? await ports.open(came) : came;
  const matched = jobs.flatMap((job, index) => {
    const candidates = subscribers.get(scopeKey(job.event));
    // Of a deleted tenant nothing is stored any more.
    if (candidates === null) return [];
    const targets = (candidates ?? [])
      .filter((subscriber) => matchesSubscription(subscriber, opened[index] ?? job.event))
      .map((subscriber) => subscriber.id);
    return [{ ...job, targets }];
  });

  const stored = await storeAll(ports.ledger, matched, failed);
  await sendAll(ports.queues, stored, failed);
  return failed;
}

interface StoredJob {
  readonly job: Job;
  readonly stored: StoredEvent;
}

/** The common case is put in batches; what may be there already is put only if it is not. */
async function storeAll(
  ledger: EventLedger,
  jobs: readonly (Job & { readonly targets: readonly string[] })[],
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
  const redone = await Promise.allSettled(doubtful.map((job) => ledger.putEventOnce(job)));
  redone.forEach((result, index) => {
    const job = doubtful[index];
    if (!job) return;
    if (result.status === 'fulfilled') done.push({ job, stored: result.value });
    else failed.push({ messageId: job.record.messageId, error: result.reason });
  });
  return done;
}

async function sendAll(
  queues: FanOutPorts['queues'],
  jobs: readonly StoredJob[],
  failed: FailedRecord[],
): Promise<void> {
  const outgoing = jobs.flatMap(({ job, stored }) =>
    // What came again after it was redacted finds its deliveries cancelled.
    (isRedacted(stored.event) ? [] : stored.targets).map((endpointId) => ({
      job,
      message: firstAttempt(stored, endpointId, isDoubtful(job)),
    })),
  );
  if (outgoing.length === 0) return;
  const refused = await queues.sendDeliveries(outgoing.map(({ message }) => message));
  const incomplete = new Set([...refused].map((index) => outgoing[index]?.job.record.messageId));
  for (const messageId of incomplete) {
    if (messageId === undefined) continue;
    failed.push({ messageId, error: new PartlyRefusedError('SQS', refused.size, outgoing.length) });
  }
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
  return job.mayRepeat || Number(job.record.attributes.ApproximateReceiveCount) > 1;
}
