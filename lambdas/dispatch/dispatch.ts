// Dispatch: sends what is due, records the outcome, and sets off what follows from it.
import type { SQSRecord } from 'aws-lambda';
import { advance, freshDelivery, MAX_SQS_DELAY_MS, retryMessage } from '../core/advance.ts';
import type { Delivery } from '../core/delivery.ts';
import type { Endpoint } from '../core/endpoint.ts';
import {
  LeaseHeldError,
  NotYetStoredError,
  PartlyRefusedError,
  SealBrokenError,
} from '../core/errors.ts';
import type { FailedRecord } from '../core/failed-record.ts';
import { createdAtMs, deliveryIdOf } from '../core/identifiers.ts';
import { type DeliveryMessage, decodeDeliveryMessage } from '../core/messages.ts';
import { nextStep } from '../core/next-step.ts';
import type { OperatorNotices } from '../core/operator-notices.ts';
import { isFinalFailure, isSuccess, type Outcome } from '../core/outcome.ts';
import type {
  DeliveryLedger,
  DispatchQueue,
  EventLedger,
  Queues,
  RateLedger,
  Sender,
  SendReport,
  StoredEvent,
  Surroundings,
  Wakes,
} from '../core/ports.ts';
import { MAX_AHEAD_MS } from '../core/rate-limit.ts';
import { isRedacted, redactedDelivery } from '../core/redaction.ts';
import { DAY_MS, type Settings } from '../core/settings.ts';
import { keptRequest, type LastRequest, shownHeaders } from '../core/shown-headers.ts';
import { traceIdOf } from '../core/trace-context.ts';
import { isUnverified } from '../core/verification.ts';
import { BUCKET_MS } from '../core/wake-bucket.ts';
import type { EndpointRef, OpenEndpoint } from './endpoint-cache.ts';
import type { HealthWatch } from './health-watch.ts';
import { sendLater, type Turn, takeTurns } from './rate-gate.ts';
import { type formRequest, policyOf } from './request.ts';
import type { SlowWatch } from './slow-watch.ts';

/** How much longer than a request's deadline its lease is. */
const LEASE_MARGIN_MS = 5_000;

export interface DispatchPorts {
  readonly ledger: EventLedger & DeliveryLedger;
  readonly endpoints: (refs: readonly EndpointRef[]) => Promise<ReadonlyMap<string, OpenEndpoint>>;
  readonly queues: Pick<Queues, 'sendRetries' | 'postpone'>;
  readonly wakes: Wakes;
  readonly rates: RateLedger;
  readonly health: HealthWatch;
  readonly events: Pick<OperatorNotices, 'tellDead'>;
  readonly form: typeof formRequest;
  readonly sender: Sender;
  readonly watchSlow: SlowWatch;
  readonly surroundings: Surroundings;
  readonly settings: Settings;
  /** Puts a delivery that went the fast path to its end. */
  readonly writeDelivered: (delivery: Delivery) => Promise<void>;
  readonly report: (line: AttemptLine) => void;
  readonly warn: (message: string, error: unknown) => void;
}

/** What the log says of an attempt. */
export interface AttemptLine {
  readonly delivery: Delivery;
  readonly nextDelayMs: number | undefined;
  /** Of the endpoint's URL: without its path, which may hold a secret. */
  readonly host: string;
  readonly traceId?: string;
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

/** What the attempts of one endpoint in a batch came to. */
interface Tally {
  readonly attempts: { readonly outcome: Outcome; readonly endedAtMs: number }[];
  probed: boolean;
}

/** Processes a batch side by side; what is returned comes back by SQS, everything else is done. */
export async function dispatch(
  ports: DispatchPorts,
  records: readonly SQSRecord[],
  queue: DispatchQueue,
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
  const expired: DeliveryMessage[] = [];
  const groups = new Map<string, Job[]>();
  for (const { record, message } of messages) {
    const open = endpoints.get(message.endpointId);
    const stored = events.get(message.eventId);
    if (open && stored) {
      const job = { message, record, open, stored, holder: `${record.messageId}/${requestId}` };
      groups.set(message.endpointId, [...(groups.get(message.endpointId) ?? []), job]);
    } else if (open && isExpired(message.eventId, ports)) {
      expired.push(message);
    } else {
      const error = new NotYetStoredError(open ? message.eventId : message.endpointId);
      failed.push({ messageId: record.messageId, error });
    }
  }
  await Promise.all(expired.map((message) => endExpired(ports, message)));
  const ofGroups = await Promise.all(
    [...groups.values()].map((jobs) => dispatchGroup(ports, jobs, queue)),
  );
  return [...failed, ...ofGroups.flat()];
}

/** Whether an event that is not there was removed after its time, and not merely not stored yet. */
function isExpired(eventId: string, { settings, surroundings }: DispatchPorts): boolean {
  const keptMs = Math.max(settings.retentionDays, settings.deadlineDays) * DAY_MS;
  return surroundings.now() > createdAtMs(eventId) + keptMs;
}

/** Without its event a delivery cannot be attempted any more: final, and nobody's fault. */
async function endExpired(
  { ledger, events }: DispatchPorts,
  message: DeliveryMessage,
): Promise<void> {
  const found = await ledger.getDeliveries([message]);
  const delivery = found.get(deliveryIdOf(message.eventId, message.endpointId));
  if (delivery?.state !== 'waiting') return;
  const dead: Delivery = { ...delivery, deathReason: 'event_expired' };
  if (await ledger.settle(dead, 'dead')) await events.tellDead({ ...dead, state: 'dead' });
}

/** The jobs of one endpoint: its rate limit before them, its health after them. */
async function dispatchGroup(
  ports: DispatchPorts,
  jobs: readonly Job[],
  queue: DispatchQueue,
): Promise<FailedRecord[]> {
  const [first] = jobs;
  if (!first) return [];
  const tally: Tally = { attempts: [], probed: false };
  const { endpoint } = first.open;
  const address = { ...endpoint, endpointId: endpoint.id };
  const perSecond = endpoint.maxPerSecond;
  const turns =
    perSecond === undefined
      ? []
      : await takeTurns(
          ports,
          address,
          perSecond,
          jobs.map(({ message }) => message),
        );
  const results = await Promise.allSettled(
    jobs.map(async (job, index) => {
      if (await isRedone(ports, job)) return;
      await deliverInTurn(ports, job, turns[index], tally);
    }),
  );
  await reportTally(ports, endpoint, tally);
  const failed = results.map(async (result, index): Promise<FailedRecord[]> => {
    const job = jobs[index];
    if (result.status === 'fulfilled' || !job) return [];
    const error: unknown = result.reason;
    if (error instanceof LeaseHeldError) {
      const seconds = Math.ceil((error.untilMs - ports.surroundings.now()) / 1000) + 1;
      // If this fails, the message comes back by its visibility timeout, only later.
      await ports.queues
        .postpone(queue, job.record.receiptHandle, Math.max(1, seconds))
        .catch((fault: unknown) => ports.warn('a message could not be postponed', fault));
    }
    return [{ messageId: job.record.messageId, error }];
  });
  return (await Promise.all(failed)).flat();
}

/**
 * A message that comes back may have recorded its attempt and died before the effects. They are repeated
 * first of all: what follows may hand the message on, or let it rest, and forget who recorded what.
 */
async function isRedone(ports: DispatchPorts, { message, record }: Job): Promise<boolean> {
  if (Number(record.attributes.ApproximateReceiveCount) === 1) return false;
  const found = await ports.ledger.getDeliveries([message]);
  const delivery = found.get(deliveryIdOf(message.eventId, message.endpointId));
  if (!delivery?.recordedBy?.startsWith(`${record.messageId}/`)) return false;
  await carryOut(ports, delivery);
  return true;
}

async function deliverInTurn(
  ports: DispatchPorts,
  job: Job,
  turn: Turn | undefined,
  tally: Tally,
): Promise<void> {
  if (turn?.kind === 'later') return sendLater(ports, job.message, turn.slotMs);
  if (turn?.kind === 'full') {
    await rest(ports, job);
    // Booked out: it is taken up again when the slots that are given out now have passed.
    return ports.wakes.ensure(job.message, ports.surroundings.now() + MAX_AHEAD_MS + BUCKET_MS);
  }
  if (turn) await ports.surroundings.sleep(Math.max(0, turn.slotMs - ports.surroundings.now()));
  await deliver(ports, job, tally);
}

/** A report that fails costs nothing but a later notice: what was recorded stands. */
async function reportTally(ports: DispatchPorts, endpoint: Endpoint, tally: Tally): Promise<void> {
  if (tally.attempts.length === 0) return;
  const inOrder = tally.attempts.toSorted((a, b) => a.endedAtMs - b.endedAtMs);
  const lastSuccess = inOrder.findLastIndex(({ outcome }) => isSuccess(outcome));
  const isGone = ({ outcome }: { outcome: Outcome }): boolean =>
    outcome.kind === 'response' && outcome.response.status === 410;
  try {
    await ports.health.report(endpoint, {
      answers: inOrder.length,
      successes: inOrder.filter(({ outcome }) => isSuccess(outcome)).length,
      failuresInRow: inOrder.length - 1 - lastSuccess,
      gone: inOrder.slice(lastSuccess + 1).some(isGone),
      probed: tally.probed,
    });
  } catch (error) {
    ports.warn('health could not be reported', error);
  }
}

function isFirst(message: DeliveryMessage): boolean {
  return message.attempt === 1 && message.run === 1;
}

async function rest(ports: DispatchPorts, { message, stored }: Job): Promise<void> {
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

async function deliver(ports: DispatchPorts, job: Job, tally: Tally): Promise<void> {
  const { message, open, stored } = job;
  const nowMs = ports.surroundings.now();
  const fresh = freshDelivery(stored.event, message.endpointId, ports.settings, nowMs);
  if (open.endpoint.deletedAtMs !== undefined) {
    await ports.ledger.settle(await currentOr(ports, fresh), 'cancelled');
    return;
  }
  if (isRedacted(stored.event)) {
    // Nothing is left to send.
    const current = redactedDelivery(await currentOr(ports, fresh), nowMs);
    await ports.ledger.settle(current, 'cancelled');
    return;
  }
  // Without its data there is nothing to send: it comes back, and rests as what failed too often does.
  if (stored.event.sealedContent) throw new SealBrokenError();
  if (!(await ports.health.maySend(message))) return rest(ports, job);
  if (isUnverified(open.endpoint)) {
    // Its health does not say so yet: should it never, this is looked at again.
    await ports.wakes.ensure(message, nowMs + BUCKET_MS);
    return rest(ports, job);
  }
  if (message.cause === 'probe') tally.probed = true;
  const isFast =
    !message.doubtful &&
    isFirst(message) &&
    Number(job.record.attributes.ApproximateReceiveCount) === 1;
  if (isFast) {
    await attemptFast(ports, job, fresh, tally);
    return;
  }
  const claim = await ports.ledger.claim({
    ref: message,
    fresh: isFirst(message) ? fresh : undefined,
    run: message.run,
    attempt: message.attempt,
    holder: job.holder,
    nowMs,
    leaseUntilMs: nowMs + open.endpoint.timeoutMs + LEASE_MARGIN_MS,
  });
  switch (claim.kind) {
    case 'claimed':
      await attemptClaimed(ports, job, claim.delivery, tally);
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

async function attemptFast(
  ports: DispatchPorts,
  job: Job,
  fresh: Delivery,
  tally: Tally,
): Promise<void> {
  const after = await attempt(ports, job, fresh, tally);
  if (after.state === 'delivered') {
    await ports.writeDelivered(after);
  } else {
    const isRecorded = await ports.ledger.putDeliveryOnce(after);
    // Otherwise another message brought this delivery further in the meantime, and goes on with it.
    if (isRecorded) await carryOut(ports, after);
  }
  report(ports, job, after);
}

async function attemptClaimed(
  ports: DispatchPorts,
  job: Job,
  claimed: Delivery,
  tally: Tally,
): Promise<void> {
  const isPastDeadline = ports.surroundings.now() >= claimed.deadlineAtMs;
  const after: Delivery = isPastDeadline
    ? { ...withoutLease(claimed), state: 'dead', deathReason: 'deadline', recordedBy: job.holder }
    : await attempt(ports, job, claimed, tally);
  const isRecorded = await ports.ledger.recordClaimed(after, job.holder);
  if (isRecorded) await carryOut(ports, after);
  if (!isPastDeadline) report(ports, job, after);
}

/** Sends the request and gives the delivery as it is to be recorded. */
async function attempt(
  ports: DispatchPorts,
  job: Job,
  delivery: Delivery,
  tally: Tally,
): Promise<Delivery> {
  const sent = await send(ports, job);
  if (!isFinalFailure(sent.outcome)) tally.attempts.push(sent);
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

async function send(
  ports: DispatchPorts,
  { open, stored, message }: Job,
): Promise<SendReport & { readonly request?: LastRequest }> {
  const nowMs = ports.surroundings.now();
  const formed = await ports.form(open, stored.event, {
    nowMs,
    attempt: message.attempt,
    // A trace's parent takes 8 bytes more.
    random: ports.surroundings.random(stored.event.trace ? 40 : 32),
    issuer: ports.settings.issuer,
  });
  if (formed.kind === 'unshapeable') {
    const outcome: Outcome = { kind: 'failure', failure: 'unshapeable', detail: formed.reason };
    return { outcome, startedAtMs: nowMs, endedAtMs: nowMs };
  }
  const { url, method, timeoutMs, environment } = open.endpoint;
  const { headers, body } = formed;
  const tls = open.tls ? { tls: open.tls } : {};
  const request = { url, method, headers, body, timeoutMs, environment, ...tls };
  const sent = await ports.watchSlow(open.endpoint, () => ports.sender.send(request));
  return { ...sent, request: keptRequest(shownHeaders(headers, open)) };
}

/** The effects of a recorded attempt. Repeating them harms nothing: a second message finds it done. */
async function carryOut(ports: DispatchPorts, delivery: Delivery): Promise<void> {
  if (delivery.state === 'dead') return ports.events.tellDead(delivery);
  if (delivery.state !== 'waiting' || delivery.dueAtMs === undefined) return;
  const nowMs = ports.surroundings.now();
  // By the record, not by this clock alone: it may be behind the one that recorded, and a wake-up at the due
  // time would not find what stands in the index as travelling by SQS.
  const isBySqs = (delivery.workAtMs ?? delivery.dueAtMs) > delivery.dueAtMs;
  if (!isBySqs && delivery.dueAtMs - nowMs > MAX_SQS_DELAY_MS) {
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

function report(ports: DispatchPorts, { open, stored }: Job, delivery: Delivery): void {
  const ended = delivery.attempts.at(-1);
  const nextDelayMs =
    delivery.dueAtMs === undefined || !ended
      ? undefined
      : Math.max(0, delivery.dueAtMs - ended.atMs - ended.durationMs);
  const { trace } = stored.event;
  const traced = trace ? { traceId: traceIdOf(trace) } : {};
  ports.report({ delivery, nextDelayMs, host: new URL(open.endpoint.url).host, ...traced });
}
