// Replays in memory, beside the deliveries of the in-memory ledger.
import type { Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import type { Page, TimeRange } from '../../../lambdas/core/listing.ts';
import type { ReplayLedger } from '../../../lambdas/core/replays/ledger.ts';
import type { Replay } from '../../../lambdas/core/replays/replay.ts';
import { type EndpointAddress, scopeKey } from '../../../lambdas/core/scope.ts';

export function createMemoryReplays(deliveries: ReadonlyMap<string, Delivery>): ReplayLedger {
  const replays = new Map<string, Replay>();
  const keyOf = (scope: { tenant: string; environment: Replay['environment'] }, id: string) =>
    `${scopeKey(scope)}#${id}`;

  /** By event id, which is by time; the cursor is the last id of the page before. */
  function page(
    endpoint: EndpointAddress,
    { sinceMs, untilMs }: Required<TimeRange>,
    limit: number,
    cursor: string | undefined,
    isWanted: (delivery: Delivery) => boolean,
  ): Page<Delivery> {
    const rest = [...deliveries.values()]
      .filter(
        (delivery) =>
          keyOf(delivery, delivery.endpointId) === keyOf(endpoint, endpoint.endpointId) &&
          delivery.acceptedAtMs >= sinceMs &&
          delivery.acceptedAtMs < untilMs &&
          isWanted(delivery) &&
          delivery.eventId > (cursor ?? ''),
      )
      .sort((a, b) => (a.eventId < b.eventId ? -1 : 1));
    const entries = rest.slice(0, limit);
    const last = entries.at(-1);
    return rest.length > limit && last ? { entries, next: last.eventId } : { entries };
  }

  return {
    async putReplayOnce(replay) {
      const key = keyOf(replay, replay.id);
      const stored = replays.get(key) ?? replay;
      replays.set(key, stored);
      return stored;
    },
    getReplay: async (scope, id) => replays.get(keyOf(scope, id)),
    async listReplays(scope, limit, cursor) {
      const rest = [...replays.values()]
        .filter((replay) => scopeKey(replay) === scopeKey(scope) && replay.id < (cursor ?? '~'))
        .sort((a, b) => (a.id < b.id ? 1 : -1));
      const entries = rest.slice(0, limit);
      const last = entries.at(-1);
      return rest.length > limit && last ? { entries, next: last.id } : { entries };
    },
    async replaceReplay(seenVersion, after) {
      const key = keyOf(after, after.id);
      if (replays.get(key)?.version !== seenVersion) return false;
      replays.set(key, after);
      return true;
    },
    /** The cursor is a time, and a millisecond is never split. */
    async listDead(endpoint, range, limit, cursor) {
      const sinceMs = cursor === undefined ? range.sinceMs : Number(cursor);
      const isDead = ({ state }: Delivery): boolean => state === 'dead';
      const from = { ...range, sinceMs };
      const { entries } = page(endpoint, from, Number.POSITIVE_INFINITY, undefined, isDead);
      const next = entries.find(
        ({ acceptedAtMs }, index) =>
          index >= limit && acceptedAtMs !== entries[index - 1]?.acceptedAtMs,
      );
      if (!next) return { entries };
      const untilMs = next.acceptedAtMs;
      const first = entries.filter(({ acceptedAtMs }) => acceptedAtMs < untilMs);
      return { entries: first, next: String(untilMs) };
    },
    listOldestFirst: async (endpoint, range, limit, cursor) =>
      page(endpoint, range, limit, cursor, () => true),
  };
}
