// One delivery: whether it may go now, the request, the record of what came of it, and what follows.
import { advance, freshDelivery, isAtRest, retryMessage } from '../core/deliveries/advance.ts';
import type { Delivery } from '../core/deliveries/delivery.ts';
import { type LastRequest, redactedDelivery } from '../core/deliveries/delivery.ts';
import type { DeliveryMessage } from '../core/deliveries/message.ts';
import { isUnverified } from '../core/endpoints/verification.ts';
import {
  LeaseHeldError,
  NotYetStoredError,
  PartlyRefusedError,
  SealBrokenError,
} from '../core/errors.ts';
import { isRedacted } from '../core/events/event.ts';
import { traceIdOf } from '../core/events/trace-context.ts';
import { deliveryIdOf } from '../core/identifiers.ts';
import type { SendReport } from '../core/requests/sender.ts';
import { keptRequest, shownHeaders } from '../core/requests/shown-headers.ts';
import { type NextStep, nextStep } from '../core/retries/next-step.ts';
import { isFinalFailure, type Outcome } from '../core/retries/outcome.ts';
import { MAX_SQS_DELAY_MS } from '../core/time.ts';
import { BUCKET_MS } from '../core/wakes/bucket.ts';
import type { DispatchPorts, Job, Tally } from './ports.ts';
import { policyOf } from './request.ts';

/** How much longer than a request's deadline its lease is. */
const LEASE_MARGIN_MS = 5_000;

function isFirst(message: DeliveryMessage): boolean {
  return message.attempt === 1 && message.run === 1;
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

export async function deliver(ports: DispatchPorts, job: Job, tally: Tally): Promise<void> {
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
  const recorded = { ...sent, cause: job.message.cause, holder: job.holder };
  return advance(delivery, recorded, step, await mayGoOn(ports, job, step));
}

/** What would come back at once only to be put to rest saves itself the way: see isAtRest. */
async function mayGoOn(ports: DispatchPorts, { message }: Job, step: NextStep): Promise<boolean> {
  if (step.kind !== 'wait' || step.cause !== 'immediate') return true;
  const { released, ...unreleased } = message;
  // The request is made: to fail now would make it twice.
  return ports.health.maySend({ ...unreleased, cause: step.cause }).catch(() => true);
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
export async function carryOut(ports: DispatchPorts, delivery: Delivery): Promise<void> {
  if (delivery.state === 'dead') return ports.events.tellDead(delivery);
  if (delivery.state !== 'waiting' || delivery.dueAtMs === undefined) return;
  if (isAtRest(delivery)) return;
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
