// Which deliveries the demo expects, and what became of each of them: what the service says and what
// the receiver saw, side by side.
import type { Arrival } from './receiver.ts';
import type { Delivery } from './service.ts';

/** An endpoint of the demo. */
export interface Plan {
  readonly name: string;
  readonly eventTypes: readonly string[];
  /** Answer 500 to the first attempt of each delivery: the immediate retry brings it. */
  readonly failFirstAttempts: boolean;
}

export const PLANS: readonly Plan[] = [
  { name: 'all', eventTypes: ['*'], failFirstAttempts: false },
  {
    name: 'documents',
    eventTypes: ['identity_document.*', 'decision.*'],
    failFirstAttempts: false,
  },
  { name: 'flaky', eventTypes: ['verification.*'], failFirstAttempts: true },
];

export interface Sent {
  readonly id: string;
  readonly event: { readonly type: string; readonly data: Readonly<Record<string, unknown>> };
  /** When the 202 came, by `performance.now()`. */
  readonly acceptedAtMs: number;
  /** As last read, those to other endpoints of the tenant included. */
  deliveries: readonly Delivery[];
}

/** `verified`: every request carried a valid signature and the data as it was posted. */
export type Check = 'verified' | 'bad signature' | 'changed data' | 'not received';

/** One expected delivery and what became of it. */
export interface Row {
  readonly event: string;
  readonly endpoint: string;
  readonly attempts: number;
  readonly status: string;
  /** From the 202 to the arrival that was answered with success; null if there was none. */
  readonly deliveryMs: number | null;
  readonly check: Check;
}

export function isGood(row: Row): boolean {
  return row.status === 'delivered' && row.check === 'verified';
}

export function plansFor(type: string): Plan[] {
  const covers = (pattern: string) => type.startsWith(pattern.replace(/\*$/, ''));
  return PLANS.filter((plan) => plan.eventTypes.some(covers));
}

export function deliveryTo(endpoint: string | undefined, sent: Sent): Delivery | undefined {
  return sent.deliveries.find((delivery) => delivery.endpoint === endpoint);
}

/** @param endpoints the ids of the demo's endpoints */
export function rowsOf(
  sent: readonly Sent[],
  endpoints: ReadonlyMap<Plan, string>,
  arrivals: readonly Arrival[],
): Row[] {
  return sent.flatMap((item) =>
    plansFor(item.event.type).map((plan) => {
      const delivery = deliveryTo(endpoints.get(plan), item);
      const own = arrivals.filter((a) => a.endpoint === plan.name && a.webhookId === item.id);
      const success = own.find((arrival) => arrival.answered === 204);
      // A delivery may overtake the 202 by a moment.
      const deliveryMs = success && Math.max(0, success.receivedAtMs - item.acceptedAtMs);
      return {
        event: item.event.type,
        endpoint: plan.name,
        attempts: delivery?.attempts.length ?? 0,
        status: delivery?.status ?? 'unknown',
        deliveryMs: deliveryMs === undefined ? null : Math.round(deliveryMs),
        check: checkOf(item, own),
      };
    }),
  );
}

function checkOf(sent: Sent, arrivals: readonly Arrival[]): Check {
  const data = JSON.stringify(sent.event.data);
  if (!arrivals.some((arrival) => arrival.answered === 204)) return 'not received';
  if (!arrivals.every((arrival) => arrival.verified)) return 'bad signature';
  if (!arrivals.every((arrival) => arrival.body.includes(data))) return 'changed data';
  return 'verified';
}
