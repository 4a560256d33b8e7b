// One attempt: the signed request, its outcome, and the delivery after it.

import type { Transformer } from '../adapters/transformer.ts';
import { defined } from '../core/defined.ts';
import { advance } from '../core/deliveries/advance.ts';
import {
  attemptsMade,
  type Delivery,
  type LastRequest,
  type LastSent,
} from '../core/deliveries/delivery.ts';
import { OutOfTimeError } from '../core/errors.ts';
import { bodyHash } from '../core/requests/body-hash.ts';
import { withoutUrl } from '../core/requests/hidden-url.ts';
import type { Sender, SendReport } from '../core/requests/sender.ts';
import { keptRequest, shownHeaders } from '../core/requests/shown-headers.ts';
import type { Cause } from '../core/retries/cause.ts';
import { type NextStep, nextStep } from '../core/retries/next-step.ts';
import { isFinalFailure, type Outcome } from '../core/retries/outcome.ts';
import type { Settings } from '../core/settings.ts';
import type { Surroundings } from '../core/surroundings.ts';
import { boundVersion } from '../core/transforms/transform.ts';
import { type Admitted, type Job, LEASE_MARGIN_MS } from './admission.ts';
import type { OpenEndpoint } from './endpoint-cache.ts';
import type { HealthWatch } from './health-watch.ts';
import { type formRequest, outgoing, policyOf } from './request.ts';
import type { SlowWatch } from './slow-watch.ts';

export interface ExchangePorts {
  readonly health: Pick<HealthWatch, 'maySend'>;
  readonly form: typeof formRequest;
  readonly transform: Transformer;
  readonly sender: Sender;
  readonly watchSlow: SlowWatch;
  readonly surroundings: Surroundings;
  readonly settings: Settings;
}

/** The outcomes of one endpoint's attempts in a batch. */
export type Tally = {
  readonly outcome: Outcome;
  readonly endedAtMs: number;
  readonly cause: Cause;
  readonly certificateExpiresAtMs?: number | undefined;
}[];

/** Sends the request and gives the delivery as it is to be recorded. */
export async function exchange(
  ports: ExchangePorts,
  job: Job,
  { open, delivery }: Admitted,
  tally: Tally,
): Promise<Delivery> {
  const { holder } = job;
  const { cause } = job.message;
  const sent = await send(ports, job, open, delivery);
  const { outcome, startedAtMs, endedAtMs, certificateExpiresAtMs } = sent;
  if (!isFinalFailure(outcome)) {
    tally.push({ outcome, endedAtMs, cause, certificateExpiresAtMs });
  }
  const made = {
    numberInRun: attemptsMade(delivery) - delivery.attemptsBeforeRun + 1,
    outcome,
    startedAtMs,
    endedAtMs,
    anchorMs: delivery.anchorMs,
    deadlineAtMs: delivery.deadlineAtMs,
  };
  const random = Buffer.from(ports.surroundings.random(4)).readUInt32BE() / 2 ** 32;
  const step = nextStep(policyOf(open, ports.settings), made, random);
  const mayGoOn = await isToGoOn(ports, job, step);
  return advance(delivery, { ...sent, cause, holder }, step, mayGoOn);
}

async function send(
  ports: ExchangePorts,
  { stored, message, queue, remainingMs }: Job,
  open: OpenEndpoint,
  delivery: Delivery,
): Promise<SendReport & { readonly request?: LastRequest; readonly sent?: LastSent }> {
  const nowMs = ports.surroundings.now();
  const version = boundVersion(delivery);
  const event =
    version === undefined
      ? stored.event
      : await ports.transform(open.endpoint, version, stored.event);
  if ('reason' in event) {
    const { reason: detail } = event;
    const outcome = { kind: 'failure', failure: 'transform_failed', detail } as const;
    return { outcome, startedAtMs: nowMs, endedAtMs: nowMs };
  }
  const formed = await ports.form(open, event, {
    nowMs,
    attempt: message.attempt,
    // A trace's parent takes 8 bytes more.
    random: ports.surroundings.random(stored.event.trace ? 40 : 32),
    issuer: ports.settings.issuer,
    portal: ports.settings.portal.address,
  });
  if (formed.kind === 'unshapeable') {
    const outcome = { kind: 'failure', failure: 'unshapeable', detail: formed.reason } as const;
    return { outcome, startedAtMs: nowMs, endedAtMs: nowMs };
  }
  const request = outgoing(open, formed);
  const [neededMs, leftMs] = [request.timeoutMs + LEASE_MARGIN_MS, remainingMs()];
  if (leftMs < neededMs) throw new OutOfTimeError(neededMs, leftMs);
  const report = await ports.watchSlow(open.endpoint, () => ports.sender.send(request));
  const sent = defined({
    bytes: report.bytes,
    isSlow: queue === 'slow' ? (true as const) : undefined,
    bodyHash: stored.event.salt && bodyHash(stored.event.salt, request.body),
  });
  const outcome = withoutUrl(report.outcome, open.url);
  return { ...report, outcome, sent, request: keptRequest(shownHeaders(formed.headers, open)) };
}

/** Whether an immediate retry may be sent. If not, it is held at once, instead of travelling by SQS only to be held. */
async function isToGoOn(
  ports: ExchangePorts,
  { message, known }: Job,
  step: NextStep,
): Promise<boolean> {
  if (step.kind !== 'wait' || step.cause !== 'immediate') return true;
  const { released, ...unreleased } = message;
  // The request was sent: a failure here would send it twice.
  const retry = { ...unreleased, cause: step.cause };
  return ports.health.maySend(retry, known.endpoint).catch(() => true);
}
