// Tells a tenant that a filter of its own exceeds its budget: an event of the tenant, for those of its endpoints whose
// patterns name it, and one for each endpoint and hour.
import type { Event } from '../events/event.ts';
import { operationalEvent } from '../notices/event.ts';
import { Recent } from '../recent.ts';
import type { Subscriber } from '../subscriptions/subscriber.ts';
import { MAX_SUBSCRIBER_STEPS, targetsOf } from '../subscriptions/targets.ts';

const EVERY_MS = 3_600_000;
/** Of one event; the others are told with the next one that is over. */
const MAX_NOTICES = 10;
const MAX_REMEMBERED = 10_000;

interface FilterNotice {
  readonly event: Event;
  readonly targets: readonly Subscriber[];
}

export interface FilterNotices {
  /** What there is to tell of an event, but for what was told. */
  about(
    event: Event,
    overBudget: readonly Subscriber[],
    all: readonly Subscriber[],
  ): FilterNotice[];
  /** A notice is stored and sent: the same is not made again. */
  wasTold(notice: Pick<Event, 'id'>): void;
}

export function createFilterNotices(now: () => number): FilterNotices {
  const told = new Recent<true>({ maxEntries: MAX_REMEMBERED, keptMs: EVERY_MS });

  return {
    about({ tenant, environment, id, type }, overBudget, all) {
      if (overBudget.length === 0) return [];
      const hourMs = now() - (now() % EVERY_MS);
      return overBudget
        .map((endpoint) =>
          operationalEvent(
            'posthorn.filter.over_budget',
            `${tenant}\n${environment}\n${endpoint.id}\n${hourMs}`,
            hourMs,
            { endpoint: endpoint.id, event: id, eventType: type, maxSteps: MAX_SUBSCRIBER_STEPS },
            { tenant, environment },
          ),
        )
        .filter((notice) => told.get(notice.id, now()) === undefined)
        .slice(0, MAX_NOTICES)
        .map((notice) => ({ event: notice, targets: targetsOf(notice, all).wanting }));
    },

    wasTold({ id }) {
      told.set(id, true, now());
    },
  };
}
