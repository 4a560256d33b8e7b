// What a step is, and what several of them look at or wait for.
import { deliveryKey } from '../../lambdas/adapters/ledger/items.ts';
import type { Customer, Run } from './world.ts';

export interface Step {
  readonly title: string;
  readonly run: (run: Run) => Promise<void>;
}

export const HOUR_MS = 3_600_000;

export const ref = (tenant: string, endpointId: string, eventId: string) => ({
  tenant,
  environment: 'live' as const,
  endpointId,
  eventId,
});

export async function state(run: Run, customer: Customer, event: string, wanted: string) {
  await run.until(async () => {
    const { deliveries } = await customer.ask('GET', `/v1/events/${event}`).catch(() => ({}));
    return deliveries?.[0]?.status === wanted;
  });
}

/** An event whose delivery stands in the log and rests there, because its endpoint is paused. */
export async function resting(
  run: Run,
  customer: Customer,
  endpointId: string,
  more: object = {},
): Promise<string> {
  const event = await customer.post(more);
  const key = deliveryKey(ref(customer.id, endpointId, event));
  await run.until(async () => !(await run.isGone(key)));
  await state(run, customer, event, 'held');
  return event;
}

/** How often a function asked for this so far. */
export function calls(run: Run, fn: string, operation: string): number {
  const found = Object.entries(run.runtime.meter.snapshot()).find(([name]) => name.includes(fn));
  return found?.[1][operation] ?? 0;
}
