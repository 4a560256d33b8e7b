// Which subscribers an event goes to: by type and channels first, and then by content. The data is
// parsed once, and only if one of those that are left has a filter.
import { SealBrokenError } from '../errors.ts';
import type { Event } from '../events/event.ts';
import { indexData } from './filter/data.ts';
import { compileFilter, type Filter, type FilterPattern } from './filter/filter.ts';
import { matchesFilter } from './filter/match.ts';
import { matchesSubscription } from './patterns.ts';
import type { Subscriber } from './subscriber.ts';

/** Compiled filters, kept for as long as fan-out keeps their patterns: once per list of subscribers. */
const compiled = new WeakMap<FilterPattern, Filter>();

function compiledFrom(pattern: FilterPattern): Filter {
  const known = compiled.get(pattern);
  if (known) return known;
  const filter = compileFilter(pattern);
  compiled.set(pattern, filter);
  return filter;
}

/** Those that want the event, in their order. @throws SealBrokenError if a filter needs data that is not open */
export function targetsOf(
  event: Pick<Event, 'type' | 'channels' | 'data' | 'sealedContent'>,
  subscribers: readonly Subscriber[],
): readonly Subscriber[] {
  const candidates = subscribers.filter((subscriber) => matchesSubscription(subscriber, event));
  if (candidates.every(({ filter }) => filter === undefined)) return candidates;
  if (event.sealedContent) throw new SealBrokenError();
  const data = indexData(JSON.parse(event.data));
  return candidates.filter(
    ({ filter }) => filter === undefined || matchesFilter(compiledFrom(filter), data),
  );
}
