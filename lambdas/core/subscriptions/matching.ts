// Which endpoints an event goes to: event-type patterns and channels. Types under the reserved prefix are matched only by
// patterns that name it: whoever subscribes to everything means the events of producers.
import { isReserved } from '../events/reserved.ts';
import type { Steps } from '../steps.ts';

export interface Subscription {
  /** Patterns of which one must match; an empty list means all events of producers. */
  readonly eventTypes: readonly string[];
  /** Channels of which the event must carry one; an empty list means that channels do not matter. */
  readonly channels: readonly string[];
}

/** @throws OverBudgetError where steps are counted */
export function matchesSubscription(
  subscription: Subscription,
  event: { readonly type: string; readonly channels: readonly string[] },
  steps?: Steps,
): boolean {
  const { eventTypes, channels } = subscription;
  if (channels.length > 0 && !event.channels.some((channel) => channels.includes(channel))) {
    return false;
  }
  return matchesTypes(eventTypes, event.type, steps);
}

/** @param patterns of which one must match; an empty list means all types, but for the reserved ones */
export function matchesTypes(patterns: readonly string[], type: string, steps?: Steps): boolean {
  if (patterns.length === 0) return !isReserved(type);
  return patterns.some((pattern) => matchesPattern(pattern, type, steps));
}

export function matchesPattern(pattern: string, type: string, steps?: Steps): boolean {
  if (isReserved(type) && !isReserved(pattern)) return false;
  if (pattern === type || pattern === '*' || pattern === '**') return true;
  if (!pattern.includes('*')) return false;
  return matchesSegments(pattern.split('.'), type.split('.'), steps);
}

/** Greedy with one point to come back to (the last `**`), so it is linear times the number of segments. */
function matchesSegments(
  pattern: readonly string[],
  segments: readonly string[],
  steps?: Steps,
): boolean {
  const openEnd = pattern.at(-1) === '*';
  const wanted = openEnd ? [...pattern, '**'] : pattern;
  let at = 0;
  let place = 0;
  let star = -1;
  let starAt = 0;
  while (at < segments.length) {
    steps?.take();
    const want = wanted[place];
    if (want === '**') {
      star = place++;
      starAt = at;
    } else if (want !== undefined && (want === '*' || want === segments[at])) {
      place++;
      at++;
    } else if (star >= 0) {
      place = star + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  while (wanted[place] === '**') place++;
  return place === wanted.length;
}
