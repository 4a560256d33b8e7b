// Who is told: the tenant's endpoints whose patterns name the reserved prefix, and match a notice. Nothing is told about
// them, as it would be told to them.
import { isReserved } from '../events/reserved.ts';
import { OPERATOR_TENANT, type Scope, scopeKey } from '../scope.ts';
import { matchesPattern } from '../subscriptions/matching.ts';
import type { SubscriberStore, Subscribers } from '../subscriptions/subscriber.ts';
import { DIGEST_KINDS, NOTICE_KINDS, noticeType, OPERATOR_KINDS } from './kinds.ts';

const NOTICE_TYPES = [...NOTICE_KINDS, ...DIGEST_KINDS].map(noticeType);

export type Recipients = Pick<SubscriberStore, 'subscribersOf'>;

export async function recipientsOf(
  registry: Recipients,
  scope: Scope,
): Promise<ReadonlySet<string>> {
  const found = await registry.subscribersOf([scope]);
  const subscribers: Subscribers = found.get(scopeKey(scope)) ?? [];
  const hears = scope.tenant === OPERATOR_TENANT ? isOperatorsEar : isEar;
  const named = subscribers.filter(({ eventTypes }) => hears(eventTypes));
  return new Set(named.map(({ id }) => id));
}

const isEar = (patterns: readonly string[]): boolean => patterns.some(isOfNotices);

/** The operator's kinds bear no prefix: what names no type gets them. */
const isOperatorsEar = (patterns: readonly string[]): boolean =>
  patterns.length === 0 ||
  OPERATOR_KINDS.some((kind) => patterns.some((pattern) => matchesPattern(pattern, kind)));

/** Events of filters have the prefix too, and are no notices. */
function isOfNotices(pattern: string): boolean {
  return isReserved(pattern) && NOTICE_TYPES.some((type) => matchesPattern(pattern, type));
}
