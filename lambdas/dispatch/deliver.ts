// One delivery: whether it may go now, its attempt, the record of that, and what follows.
import type { Delivery } from '../core/deliveries/delivery.ts';
import { traceIdOf } from '../core/events/trace-context.ts';
import { type Admitted, admit } from './admission.ts';
import { carryOut } from './carry-out.ts';
import { exchange } from './exchange.ts';
import type { DispatchPorts, Job, Tally } from './ports.ts';

export async function deliver(ports: DispatchPorts, job: Job, tally: Tally): Promise<void> {
  const admitted = await admit(ports, job);
  if (!admitted) return;
  const { delivery, isClaimed } = admitted;
  const isTooLate = isClaimed && ports.surroundings.now() >= delivery.deadlineAtMs;
  const after = isTooLate
    ? deadOf(delivery, job.holder)
    : await exchange(ports, job, delivery, tally);
  if (await record(ports, job, admitted, after)) await carryOut(ports, after);
  if (!isTooLate) report(ports, job, after);
}

/** @returns false if another message brought this delivery further in the meantime, and goes on with it */
async function record(
  { ledger, writeDelivered }: DispatchPorts,
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
function deadOf(
  { lease, dueAtMs, nextCause, workAtMs, ...rest }: Delivery,
  holder: string,
): Delivery {
  return { ...rest, state: 'dead', deathReason: 'deadline', recordedBy: holder };
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
