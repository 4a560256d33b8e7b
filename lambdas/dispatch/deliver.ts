// One delivery: whether it may go now, its attempt, the record of that, and what follows.
import type { Delivery } from '../core/deliveries/delivery.ts';
import type { DeliveryLedger } from '../core/deliveries/ledger.ts';
import { kindOf } from '../core/destinations/destination.ts';
import { traceIdOf } from '../core/events/trace-context.ts';
import { type AdmissionPorts, type Admitted, admit, type Job } from './admission.ts';
import { carryOut } from './carry-out.ts';
import { type ExchangePorts, exchange, type Tally } from './exchange.ts';

export interface DeliverPorts extends AdmissionPorts, ExchangePorts {
  readonly ledger: AdmissionPorts['ledger'] &
    Pick<DeliveryLedger, 'putDeliveryOnce' | 'recordClaimed'>;
  /** Stores a delivery that was delivered on the fast path. */
  readonly writeDelivered: (delivery: Delivery) => Promise<void>;
  readonly report: (line: AttemptLine) => void;
}

/** What the log says of an attempt. */
export interface AttemptLine {
  readonly delivery: Delivery;
  readonly nextDelayMs: number | undefined;
  /** Of the endpoint's URLs: without their paths, which may hold secrets. */
  readonly host: string;
  readonly traceId?: string;
}

export async function deliver(ports: DeliverPorts, job: Job, tally: Tally): Promise<void> {
  const admitted = await admit(ports, job);
  if (!admitted) return;
  const { delivery, isClaimed } = admitted;
  const isTooLate = isClaimed && ports.surroundings.now() >= delivery.deadlineAtMs;
  const after = isTooLate
    ? deadOf(delivery, job.holder)
    : await exchange(ports, job, admitted, tally);
  if (await record(ports, job, admitted, after)) await carryOut(ports, after);
  if (!isTooLate) report(ports, job, after);
}

/** @returns false if another message has advanced this delivery in the meantime, and continues with it */
async function record(
  { ledger, writeDelivered }: DeliverPorts,
  { holder }: Job,
  { isClaimed }: Admitted,
  after: Delivery,
): Promise<boolean> {
  if (isClaimed) return ledger.recordClaimed(after, holder);
  if (after.state !== 'delivered') return ledger.putDeliveryOnce(after);
  await writeDelivered(after);
  return true;
}

/** Past its deadline no attempt is made. */
function deadOf({ lease, nextCause, workAtMs, ...rest }: Delivery, holder: string): Delivery {
  return { ...rest, state: 'dead', deathReason: 'deadline', recordedBy: holder };
}

function report(ports: DeliverPorts, { known, stored }: Job, delivery: Delivery): void {
  const ended = delivery.attempts.at(-1);
  const nextDelayMs =
    delivery.dueAtMs === undefined || !ended
      ? undefined
      : Math.max(0, delivery.dueAtMs - ended.atMs - ended.durationMs);
  const { trace } = stored.event;
  const traced = trace ? { traceId: traceIdOf(trace) } : {};
  const { destination } = known.endpoint;
  const host = kindOf(destination).hosts(destination).join(' ');
  ports.report({ delivery, nextDelayMs, host, ...traced });
}
