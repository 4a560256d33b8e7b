// Notices that an endpoint is slow while its request is still under way, and tells fan-out.
import type { Endpoint } from '../core/endpoints/endpoint.ts';
import { MARK_EVERY_MS, SLOW_AFTER_MS, SLOW_FOR_MS } from '../core/endpoints/slow-lane.ts';
import type { Notices } from '../core/operator/all.ts';
import { Recent } from '../core/recent.ts';
import { addressOf } from '../core/scope.ts';
import type { SubscriberStore } from '../core/subscriptions/subscriber.ts';
import type { Surroundings } from '../core/surroundings.ts';

interface SlowWatchPorts {
  readonly registry: Pick<SubscriberStore, 'markSlow'>;
  readonly surroundings: Pick<Surroundings, 'now'>;
  readonly events: Pick<Notices, 'tellSlow'>;
  readonly warn: (message: string, error: unknown) => void;
}

/** Runs a request. If marking the endpoint fails, other deliveries only wait longer. */
export type SlowWatch = <T>(endpoint: Endpoint, request: () => Promise<T>) => Promise<T>;

const MAX_KEPT = 5_000;

export function createSlowWatch(ports: SlowWatchPorts): SlowWatch {
  const { registry, surroundings, events, warn } = ports;
  const marked = new Recent<true>({ maxEntries: MAX_KEPT, keptMs: MARK_EVERY_MS });

  async function mark(endpoint: Endpoint): Promise<void> {
    const nowMs = surroundings.now();
    if (marked.get(endpoint.id, nowMs)) return;
    marked.set(endpoint.id, true, nowMs);
    try {
      await registry.markSlow(endpoint, nowMs + SLOW_FOR_MS);
      await events.tellSlow(addressOf(endpoint));
    } catch (error) {
      marked.delete(endpoint.id);
      warn('a slow endpoint could not be marked', error);
    }
  }

  return async (endpoint, request) => {
    let marking: Promise<void> | undefined;
    const timer = setTimeout(() => {
      marking = mark(endpoint);
    }, SLOW_AFTER_MS);
    try {
      return await request();
    } finally {
      clearTimeout(timer);
      // Lambda stops the instance when the handler has returned.
      await marking;
    }
  };
}
