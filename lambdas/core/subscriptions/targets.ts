// Which subscribers an event goes to: by type and channels first, and then by content. The data is
// parsed once, and only if one of those that are left has a filter.
import { SealBrokenError } from '../errors.ts';
import type { Event } from '../events/event.ts';
import { isReserved } from '../events/reserved.ts';
import { Steps, within } from '../steps.ts';
import { type DataNode, indexData } from './filter/data.ts';
import { compileFilter, type Filter, type FilterPattern, filterSize } from './filter/filter.ts';
import { matchesFilter } from './filter/match.ts';
import { matchesSubscription } from './matching.ts';
import { type Routing, type RoutingRules, routed } from './routing.ts';
import type { Subscriber } from './subscriber.ts';

/** What one subscriber's patterns and filter may take for one event. */
export const MAX_SUBSCRIBER_STEPS = 250_000;
/** So many of them are its own; beyond, it takes from what all subscribers of the event share. */
export const GRANTED_STEPS = 1_000;
export const SHARED_STEPS = 250_000;

interface Targets {
  /** Those that want the event, in their order. */
  readonly wanting: readonly Subscriber[];
  /** Those of which it is not known: what they ask for exceeds its budget. They do not get the event. */
  readonly overBudget: readonly Subscriber[];
  /** What the tenant’s rules made of it, if one matched. */
  readonly routing: Routing | undefined;
  /** Rules that exceed their budget, by their index: they count as not matching. */
  readonly rulesOverBudget: readonly number[];
}

/** Compiled filters, kept for as long as fan-out keeps their patterns: once per list of subscribers. */
const compiled = new WeakMap<FilterPattern, Filter>();
const sizes = new WeakMap<FilterPattern, number>();

/** Takes what compiling takes, whether it was done before or not: where an event goes depends on no cache. */
export function compiledFrom(pattern: FilterPattern, steps: Steps): Filter {
  const size = sizes.get(pattern) ?? filterSize(pattern);
  sizes.set(pattern, size);
  steps.take(size);
  const filter = compiled.get(pattern) ?? compileFilter(pattern);
  compiled.set(pattern, filter);
  return filter;
}

/** Of one event’s rules, or subscribers: each has some of its own, and takes the rest from what all share. */
export function sharedSteps(): () => Steps {
  const shared = { granted: GRANTED_STEPS, pool: new Steps(SHARED_STEPS) };
  return () => new Steps(MAX_SUBSCRIBER_STEPS, shared);
}

/** What a filter alone may take where no other shares it. */
export const filterSteps = (): Steps => new Steps(MAX_SUBSCRIBER_STEPS);

/** @throws SealBrokenError if a filter needs data that is not open */
export function targetsOf(
  event: Pick<Event, 'type' | 'channels' | 'data' | 'sealedContent'>,
  subscribers: readonly Subscriber[],
  rules: RoutingRules = [],
): Targets {
  const newSteps = sharedSteps();
  let known: DataNode | undefined;
  const data = (): DataNode => {
    if (event.sealedContent) throw new SealBrokenError();
    known ??= indexData(JSON.parse(event.data));
    return known;
  };
  // Rules are for the events of producers: they decide nothing about who is told of trouble.
  const { routing, overBudget: rulesOverBudget } =
    rules.length === 0 || isReserved(event.type)
      ? { routing: undefined, overBudget: [] }
      : routed(rules, data(), sharedSteps(), compiledFrom);
  const channels = routing?.channels ?? event.channels;
  const wants = (subscriber: Subscriber): boolean => {
    const steps = newSteps();
    if (!matchesSubscription(subscriber, { type: event.type, channels }, steps)) return false;
    if (subscriber.filter === undefined) return true;
    return matchesFilter(compiledFrom(subscriber.filter, steps), data(), steps);
  };
  const verdicts = subscribers.map((subscriber) => within(() => wants(subscriber), 'over'));
  return {
    wanting: subscribers.filter((_, index) => verdicts[index] === true),
    overBudget: subscribers.filter((_, index) => verdicts[index] === 'over'),
    routing,
    rulesOverBudget,
  };
}
