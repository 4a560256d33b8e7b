// Who is told: the tenant's endpoints whose patterns name the reserved prefix. Nothing is told about them, as it would be
// told to them.
import { isReserved } from '../events/reserved.ts';
import { type Scope, scopeKey } from '../scope.ts';
import type { SubscriberStore, Subscribers } from '../subscriptions/subscriber.ts';

export type Recipients = Pick<SubscriberStore, 'subscribersOf'>;

export async function recipientsOf(
  registry: Recipients,
  scope: Scope,
): Promise<ReadonlySet<string>> {
  const found = await registry.subscribersOf([scope]);
  const subscribers: Subscribers = found.get(scopeKey(scope)) ?? [];
  const named = subscribers.filter(({ eventTypes }) => eventTypes.some(isReserved));
  return new Set(named.map(({ id }) => id));
}
