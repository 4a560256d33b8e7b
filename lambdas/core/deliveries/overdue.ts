// What waits past its deadline is dead: for every reader at once, and stored and told by whatever meets it next.
import type { EndpointAddress } from '../scope.ts';
import type { Settings } from '../settings.ts';
import type { Surroundings } from '../surroundings.ts';
import { DAY_MS } from '../time.ts';
import { LEASED_AT_MOST_MS } from './advance.ts';
import type { Delivery } from './delivery.ts';
import type { DeliveryRuns, WorkLedger } from './ledger.ts';

/** The delivery as it stands now. An attempt that is under way may deliver it yet, and ends it otherwise. */
export function standingAt(delivery: Delivery, nowMs: number): Delivery {
  const { state, deadlineAtMs, lease } = delivery;
  if (state !== 'waiting' || nowMs < deadlineAtMs || (lease?.untilMs ?? 0) >= nowMs) {
    return delivery;
  }
  return { ...delivery, state: 'dead', deathReason: 'deadline' };
}

export interface OverduePorts {
  readonly ledger: Pick<DeliveryRuns, 'settle'>;
  readonly events: { tellDead(delivery: Delivery): Promise<void> };
}

/** Stores and tells it if it is overdue. @returns the delivery as it stands */
export async function settleOverdue(
  ports: OverduePorts,
  delivery: Delivery,
  nowMs: number,
): Promise<Delivery> {
  const standing = standingAt(delivery, nowMs);
  if (standing !== delivery) {
    // Told first: once it is settled nothing comes back to tell it. A repeated notice has the same id.
    await ports.events.tellDead(standing);
    await ports.ledger.settle(standing, 'dead', nowMs);
  }
  return standing;
}

export interface OverdueSearchPorts {
  readonly work: Pick<WorkLedger, 'listDue'>;
  readonly settings: Pick<Settings, 'deadlineDays'>;
  readonly surroundings: Pick<Surroundings, 'now'>;
}

/**
 * What was accepted before this moment may be dead and not stored so yet: then the log shows it, and not the index
 * of the dead. 0 if nothing that is due waits.
 */
export async function overdueBeforeMs(
  { work, settings, surroundings }: OverdueSearchPorts,
  endpoint: EndpointAddress,
): Promise<number> {
  const nowMs = surroundings.now();
  const [due] = await work.listDue(endpoint, nowMs + LEASED_AT_MOST_MS, 1);
  return due ? nowMs - settings.deadlineDays * DAY_MS + 1 : 0;
}
