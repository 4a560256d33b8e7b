// Dispatch: sends what is due, records the outcome, and sets off what follows from it.
import type { SQSRecord } from 'aws-lambda';
import { advance, freshDelivery, MAX_SQS_DELAY_MS, retryMessage } from '../core/advance.ts';
import type { Delivery } from '../core/delivery.ts';
import { LeaseHeldError, NotYetStoredError, PartlyRefusedError } from '../core/errors.ts';
import { deliveryIdOf } from '../core/identifiers.ts';
import { type DeliveryMessage, decodeDeliveryMessage } from '../core/messages.ts';
import { nextStep } from '../core/next-step.ts';
import type { Outcome } from '../core/outcome.ts';
import type {
  DeliveryLedger,
  EventLedger,
  Queues,
  Sender,
  SendReport,
  StoredEvent,
  Surroundings,
  Wakes,
} from '../core/ports.ts';
import type { Settings } from '../core/settings.ts';
import type { EndpointRef, OpenEndpoint } from './endpoint-cache.ts';
import { formRequest, policyOf } from './request.ts';

/** How much longer than a request's deadline its lease is. */
const LEASE_MARGIN_MS = 5_000;

export interface DispatchPorts {
  readonly ledger: EventLedger & DeliveryLedger;
  readonly endpoints: (refs: readonly EndpointRef[]) => Promise<ReadonlyMap<string, OpenEndpoint>>;
  readonly queues: Pick<Queues, 'sendRetries' | 'postpone'>;
  readonly wakes: Wakes;
  readonly sender: Sender;
  readonly surroundings: Surroundings;
  readonly settings: Settings;
  /** Puts a delivery that went the fast path to its end. */
  readonly writeDelivered: (delivery: Delivery) => Promise<void>;
  readonly report: (line: AttemptLine) => void;
}

/** What the log says of an attempt. */
export interface AttemptLine {
  readonly delivery: Delivery;
  readonly nextDelayMs: number | undefined;
}

export interface FailedRecord {
  readonly messageId: string;
  readonly error: unknown;
}

/** One message's work, with what it needs from the registry and the ledger. */
interface Job {
  readonly message: DeliveryMessage;
  readonly record: SQSRecord;
  readonly open: OpenEndpoint;
  readonly stored: StoredEvent;
  /** `<message id>/<request id>`: see ClaimRequest. */
  readonly holder: string;
}

/** Processes a batch side by side; what is returned comes back by SQS, everything else is done. */
export async function dispatch(
  ports: DispatchPorts,
  records: readonly SQSRecord[],
  queue: 'deliveries' | 'retries',
  requestId: string,
): Promise<FailedRecord[]> {
  const failed: FailedRecord[] = [];
  const messages: { record: SQSRecord; message: DeliveryMessage }[] = [];
  for (const record of records) {
    try {
      messages.push({ record, message: decodeDeliveryMessage(record.body) });
    } catch (error) {
      failed.push({ messageId: record.messageId, error });
    }
  }
  if (messages.length === 0) return failed;

  const [events, endpoints] = await Promise.all([
    ports.ledger.getEvents(messages.map(({ message }) => message)),
    ports.endpoints(messages.map(({ message }) => ({ ...message, id: message.endpointId }))),
  ]);
  const results = await Promise.allSettled(
    messages.map(async ({ record, message }) => {
      const open = endpoints.get(message.endpointId);
      if (!open) throw new NotYetStoredError(message.endpointId);
      const stored = events.get(message.eventId);
      if (!stored) throw new NotYetStoredError(message.eventId);
      const holder = `${record.messageId}/${requestId}`;
      await deliver(ports, { message, record, open, stored, holder });
    }),
  );
  await Promise.all(
    results.map(async (result, index) => {
      const record = messages[index]?.record;
      if (result.status === 'fulfilled' || !record) return;
      const error: unknown = result.reason;
      if (error instanceof LeaseHeldError) {
        const seconds = Math.ceil((error.untilMs - ports.surroundings.now()) / 1000) + 1;
        await ports.queues.postpone(queue, record.receiptHandle, Math.max(1, seconds));
      }
      failed.push({ messageId: record.messageId, error });
    }),
  );
  return failed;
}

async function deliver(ports: DispatchPorts, job: Job): Promise<void> {
  const { message, open, stored } = job;
  const nowMs = ports.surroundings.now();
  const fresh = freshDelivery(stored.event, message.endpointId, ports.settings, nowMs);
  if (open.endpoint.deletedAtMs !== undefined) {
    await ports.ledger.settle(await currentOr(ports, fresh), 'cancelled');
    return;
  }
  const isFast =
    !message.doubtful &&
    message.attempt === 1 &&
    Number(job.record.attributes.ApproximateReceiveCount) === 1;
  if (isFast) {
    await attemptFast(ports, job, fresh);
    return;
  }
  const claim = await ports.ledger.claim({
    ref: message,
    fresh: message.attempt === 1 && message.run === 1 ? fresh : undefined,
    run: message.run,
    attempt: message.attempt,
    holder: job.holder,
    nowMs,
    leaseUntilMs: nowMs + open.endpoint.timeoutMs + LEASE_MARGIN_MS,
  });
  switch (claim.kind) {
    case 'claimed':
      await attemptClaimed(ports, job, claim.delivery);
      return;
    case 'held':
      throw new LeaseHeldError(deliveryIdOf(message.eventId, message.endpointId), claim.untilMs);
    case 'past':
      // Only the message that recorded the attempt may have died before its effects.
      if (claim.delivery.recordedBy?.startsWith(`${job.record.messageId}/`)) {
        await carryOut(ports, claim.delivery);
      }
      return;
    case 'missing':
      throw new NotYetStoredError(deliveryIdOf(message.eventId, message.endpointId));
    default:
      claim satisfies never;
  }
}

async function attemptFast(ports: DispatchPorts, job: Job, fresh: Delivery): Promise<void> {
  const after = await attempt(ports, job, fresh);
  if (after.state === 'delivered') {
    await ports.writeDelivered(after);
  } else {
    const isRecorded = await ports.ledger.putDeliveryOnce(after);
    // Otherwise another message brought this delivery further in the meantime, and goes on with it.
    if (isRecorded) await carryOut(ports, after);
  }
  report(ports, after);
}

async function attemptClaimed(ports: DispatchPorts, job: Job, claimed: Delivery): Promise<void> {
  const isPastDeadline = ports.surroundings.now() >= claimed.deadlineAtMs;
  const after: Delivery = isPastDeadline
    ? { ...withoutLease(claimed), state: 'dead', deathReason: 'deadline', recordedBy: job.holder }
    : await attempt(ports, job, claimed);
  const isRecorded = await ports.ledger.recordClaimed(after, job.holder);
  if (isRecorded) await carryOut(ports, after);
  if (!isPastDeadline) report(ports, after);
}

/** Sends the request and gives the delivery as it is to be recorded. */
async function attempt(ports: DispatchPorts, job: Job, delivery: Delivery): Promise<Delivery> {
  const sent = await send(ports, job);
  const policy = policyOf(job.open, ports.settings);
  const made = {
    numberInRun: delivery.attempts.length - delivery.attemptsBeforeRun + 1,
    outcome: sent.outcome,
    startedAtMs: sent.startedAtMs,
    endedAtMs: sent.endedAtMs,
    anchorMs: delivery.anchorMs,
    deadlineAtMs: delivery.deadlineAtMs,
  };
  const random = ports.surroundings.random(4);
  const step = nextStep(policy, made, Buffer.from(random).readUInt32BE() / 2 ** 32);
  return advance(delivery, { ...sent, cause: job.message.cause, holder: job.holder }, step);
}

async function send(ports: DispatchPorts, { open, stored }: Job): Promise<SendReport> {
  const nowMs = ports.surroundings.now();
  const formed = await formRequest(open, stored.event, nowMs);
  if (formed.kind === 'unshapeable') {
    const outcome: Outcome = { kind: 'failure', failure: 'unshapeable', detail: formed.reason };
    return { outcome, startedAtMs: nowMs, endedAtMs: nowMs };
  }
  const { url, method, timeoutMs } = open.endpoint;
  return ports.sender.send({ url, method, headers: formed.headers, body: formed.body, timeoutMs });
}

/** The effects of a recorded attempt. Repeating them harms nothing: a second message finds it done. */
async function carryOut(ports: DispatchPorts, delivery: Delivery): Promise<void> {
  if (delivery.state !== 'waiting' || delivery.dueAtMs === undefined) return;
  const nowMs = ports.surroundings.now();
  if (delivery.dueAtMs - nowMs > MAX_SQS_DELAY_MS) {
    await ports.wakes.ensure(delivery, delivery.dueAtMs);
    return;
  }
  const refused = await ports.queues.sendRetries([retryMessage(delivery, nowMs)]);
  if (refused.size > 0) throw new PartlyRefusedError('SQS', refused.size, 1);
}

async function currentOr(ports: DispatchPorts, fresh: Delivery): Promise<Delivery> {
  const found = await ports.ledger.getDeliveries([fresh]);
  return found.get(deliveryIdOf(fresh.eventId, fresh.endpointId)) ?? fresh;
}

function withoutLease(delivery: Delivery): Delivery {
  const { lease, dueAtMs, nextCause, workAtMs, ...rest } = delivery;
  return rest;
}

function report(ports: DispatchPorts, delivery: Delivery): void {
  const ended = delivery.attempts.at(-1);
  const nextDelayMs =
    delivery.dueAtMs === undefined || !ended
      ? undefined
      : Math.max(0, delivery.dueAtMs - ended.atMs - ended.durationMs);
  ports.report({ delivery, nextDelayMs });
}
