// Polling feeds and the latest events of subjects, in memory.
import { type FeedEntry, type FeedLedger, placeOf } from '../../../lambdas/core/events/feed.ts';
import { type SubjectLedger, subjectOrderOf } from '../../../lambdas/core/events/subject-order.ts';
import { scopeKey } from '../../../lambdas/core/scope.ts';
import type { CallCounts } from './call-counts.ts';

export function createMemoryFeed(counts: Pick<CallCounts, 'write'>): FeedLedger & SubjectLedger {
  const feeds = new Map<string, Map<string, FeedEntry>>();
  const subjects = new Map<string, Map<string, { order: string; id: string }>>();
  const feedOf = (endpoint: Pick<FeedEntry, 'tenant' | 'environment' | 'endpointId'>) => {
    const key = `${scopeKey(endpoint)}#${endpoint.endpointId}`;
    const feed = feeds.get(key) ?? new Map<string, FeedEntry>();
    feeds.set(key, feed);
    return feed;
  };
  return {
    async putFeed(entries) {
      for (const entry of entries) feedOf(entry).set(placeOf(entry), entry);
      counts.write(entries.length);
      return new Set();
    },
    async readFeed(endpoint, after, before, limit) {
      const places = [...feedOf(endpoint).keys()]
        .filter((place) => place > after && place < before)
        .sort();
      const entries = places.slice(0, limit).flatMap((place) => {
        const entry = feedOf(endpoint).get(place);
        return entry ? [{ ...entry, place }] : [];
      });
      return { entries, more: places.length > limit };
    },
    async putLatest(events) {
      for (const event of events) {
        const key = JSON.stringify([scopeKey(event), event.subject]);
        const types = subjects.get(key) ?? new Map<string, { order: string; id: string }>();
        subjects.set(key, types);
        const order = subjectOrderOf(event);
        if (order > (types.get(event.type)?.order ?? '')) {
          types.set(event.type, { order, id: event.id });
        }
        counts.write(1);
      }
    },
    async findLatest(scope, subject, type) {
      const types = subjects.get(JSON.stringify([scopeKey(scope), subject]));
      if (!types) return undefined;
      if (type !== undefined) return types.get(type)?.id;
      const all = [...types.values()].sort((a, b) => (a.order < b.order ? 1 : -1));
      return all[0]?.id;
    },
  };
}
