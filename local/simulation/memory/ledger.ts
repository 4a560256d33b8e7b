// The ledger in memory, under the same handlers as DynamoDB's. One conformance suite ties the two
// together (test/conformance). Every call is asynchronous, as it is over a network.
import {
  attemptsMade,
  type Delivery,
  withNewestAttempts,
} from '../../../lambdas/core/deliveries/delivery.ts';
import type { Claim, DeliveryLedger, WorkLedger } from '../../../lambdas/core/deliveries/ledger.ts';
import type { Rate, RateLedger } from '../../../lambdas/core/endpoints/rate-limit.ts';
import type {
  DedupeEntry,
  DedupeLedger,
  EventLedger,
  StoredEvent,
} from '../../../lambdas/core/events/ledger.ts';
import { CLEAN_HEALTH, type Health } from '../../../lambdas/core/health/health.ts';
import type { HealthLedger } from '../../../lambdas/core/health/ledger.ts';
import { deliveryIdOf } from '../../../lambdas/core/identifiers.ts';
import type { Page, TimeRange } from '../../../lambdas/core/listing.ts';
import type { ReplayLedger } from '../../../lambdas/core/replays/ledger.ts';
import { type DeliveryRef, type EndpointAddress, scopeKey } from '../../../lambdas/core/scope.ts';
import type { CallCounts } from './call-counts.ts';
import { createMemoryFeed } from './feed.ts';
import { createMemoryReplays } from './replays.ts';
import { SortedIndex } from './sorted-index.ts';

export type MemoryLedger = EventLedger &
  DedupeLedger &
  DeliveryLedger &
  WorkLedger &
  HealthLedger &
  RateLedger &
  ReplayLedger & {
    readonly deliveries: ReadonlyMap<string, Delivery>;
    readonly events: ReadonlyMap<string, StoredEvent>;
    /** As it stands now, without a call. */
    find(ref: DeliveryRef): Delivery | undefined;
    healthOf(endpoint: EndpointAddress): Health;
    /** How many deliveries wait. */
    waiting(): number;
  };

/** A delivery's item without its attempts, its last response kept in part, and one attempt in it. */
const ITEM_BYTES = 600;
const ATTEMPT_BYTES = 48;
/** Index entries in a read unit (8 KB, eventually consistent); each of four shards is read for a whole page. */
const WAITING_PER_READ = 40 / 4;
const DEDUPE_MS = 7 * 24 * 3600 * 1000;
const NEVER_USED: Rate = { sent: 0, released: 0 };

const unitsOf = ({ attempts }: Delivery): number =>
  Math.ceil((ITEM_BYTES + attempts.length * ATTEMPT_BYTES) / 1024);

export function createMemoryLedger(counts: CallCounts): MemoryLedger {
  const events = new Map<string, StoredEvent>();
  const deliveries = new Map<string, Delivery>();
  const dedupes = new Map<string, DedupeEntry>();
  const healths = new Map<string, { health: Health; version: number }>();
  const rates = new Map<string, Rate>();
  const work = new Map<string, SortedIndex>();

  const eventKey = (ref: { tenant: string; environment: string; eventId: string }): string =>
    `${ref.environment}#${ref.tenant}#${ref.eventId}`;
  const deliveryKey = (ref: DeliveryRef): string =>
    `${scopeKey(ref)}#${ref.endpointId}#${ref.eventId}`;
  const endpointKey = (endpoint: EndpointAddress): string =>
    `${scopeKey(endpoint)}#${endpoint.endpointId}`;
  const placeOf = (delivery: Delivery): number =>
    delivery.workAtMs ?? delivery.dueAtMs ?? delivery.acceptedAtMs;

  function indexOf(delivery: EndpointAddress): SortedIndex {
    const key = endpointKey(delivery);
    const index = work.get(key) ?? new SortedIndex();
    work.set(key, index);
    return index;
  }

  function write(whole: Delivery): void {
    const delivery = withNewestAttempts(whole);
    const key = deliveryKey(delivery);
    const before = deliveries.get(key);
    if (before?.state === 'waiting') indexOf(before).remove(placeOf(before), before.eventId);
    if (delivery.state === 'waiting') indexOf(delivery).add(placeOf(delivery), delivery.eventId);
    deliveries.set(key, delivery);
    const movedInIndex =
      (before?.state === 'waiting' ? placeOf(before) : 0) !==
        (delivery.state === 'waiting' ? placeOf(delivery) : 0) || before?.state !== delivery.state;
    const indexUnits = (movedInIndex ? 1 : 0) + (movedInIndex && before ? 1 : 0);
    counts.write(unitsOf(delivery) + indexUnits);
  }

  /** A write whose condition does not hold is billed like one that is done. */
  function refused(found: Delivery | undefined): false {
    counts.write(found ? unitsOf(found) : 1);
    return false;
  }

  const isUnderWay = ({ lease }: Delivery, nowMs: number): boolean =>
    lease !== undefined && lease.untilMs >= nowMs;
  /** Whether it waits in this run with so many attempts made, and none under way. */
  const awaits = (found: Delivery, run: number, made: number, nowMs: number): boolean =>
    found.state === 'waiting' &&
    found.run === run &&
    attemptsMade(found) === made &&
    !isUnderWay(found, nowMs);

  /** Newest first; the cursor is the last id of the page before. */
  function pageOf<T>(
    entries: readonly T[],
    id: (entry: T) => string,
    limit: number,
    cursor: string | undefined,
  ): Page<T> {
    const sorted = entries.toSorted((a, b) => (id(a) < id(b) ? 1 : -1));
    const rest = cursor === undefined ? sorted : sorted.filter((entry) => id(entry) < cursor);
    const page = rest.slice(0, limit);
    const last = page.at(-1);
    return rest.length > limit && last !== undefined
      ? { entries: page, next: id(last) }
      : { entries: page };
  }

  const inRange = (atMs: number, { sinceMs = 0, untilMs = Number.POSITIVE_INFINITY }: TimeRange) =>
    atMs >= sinceMs && atMs < untilMs;

  return {
    ...createMemoryReplays(deliveries),
    ...createMemoryFeed(counts),
    deliveries,
    events,
    find: (ref) => deliveries.get(deliveryKey(ref)),
    healthOf: (endpoint) => healths.get(endpointKey(endpoint))?.health ?? CLEAN_HEALTH,
    waiting: () => [...work.values()].reduce((sum, index) => sum + index.size, 0),

    async putEvents(stored) {
      for (const entry of stored)
        events.set(eventKey({ ...entry.event, eventId: entry.event.id }), entry);
      counts.write(stored.length);
      return new Set();
    },
    async putEventOnce(stored) {
      const key = eventKey({ ...stored.event, eventId: stored.event.id });
      counts.write(1);
      const found = events.get(key);
      if (!found) events.set(key, stored);
      return found ?? stored;
    },
    async getEvents(refs) {
      counts.read(refs.length);
      return new Map(
        refs.flatMap((ref) => {
          const found = events.get(eventKey(ref));
          return found ? [[ref.eventId, found] as const] : [];
        }),
      );
    },
    async keepUntil() {
      counts.write(1);
    },
    async listEvents(scope, range, limit, cursor) {
      const own = [...events.values()].filter(
        ({ event }) => scopeKey(event) === scopeKey(scope) && inRange(event.acceptedAtMs, range),
      );
      return pageOf(own, ({ event }) => event.id, limit, cursor);
    },

    async reserve(scope, key, entry) {
      const place = `${scopeKey(scope)}#${key}`;
      const found = dedupes.get(place);
      counts.write(1);
      if (found && found.acceptedAtMs + DEDUPE_MS >= entry.acceptedAtMs) return found;
      dedupes.set(place, entry);
      return entry;
    },
    async getRate(endpoint) {
      counts.read(1);
      return rates.get(endpointKey(endpoint)) ?? NEVER_USED;
    },
    async reserveSlots(endpoint, use, { seenMs, nowMs, latestMs, spanMs }) {
      counts.write(1);
      const rate = rates.get(endpointKey(endpoint)) ?? NEVER_USED;
      const isIdle = rate[use] <= nowMs;
      if (seenMs <= nowMs ? !isIdle : rate[use] < nowMs || rate[use] > latestMs) return undefined;
      const firstMs = Math.max(rate[use], nowMs);
      rates.set(endpointKey(endpoint), { ...rate, [use]: firstMs + spanMs });
      return firstMs;
    },

    async putDeliveries(batch) {
      for (const delivery of batch) write(delivery);
      return new Set();
    },
    async putDeliveryOnce(delivery) {
      const found = deliveries.get(deliveryKey(delivery));
      const isOwn = delivery.recordedBy !== undefined && found?.recordedBy === delivery.recordedBy;
      if (found) return refused(found) || isOwn;
      write(delivery);
      return true;
    },
    async claim(request): Promise<Claim> {
      const found = deliveries.get(deliveryKey(request.ref));
      const lease = { untilMs: request.leaseUntilMs, holder: request.holder };
      if (!found && request.fresh) {
        write({ ...request.fresh, lease });
        return { kind: 'claimed', delivery: { ...request.fresh, lease } };
      }
      if (request.fresh) refused(found);
      if (found && awaits(found, request.run, request.attempt - 1, request.nowMs)) {
        write({ ...found, lease });
        return { kind: 'claimed', delivery: { ...found, lease } };
      }
      refused(found);
      counts.read(1);
      if (!found) return { kind: 'missing' };
      const isPast = found.run > request.run || attemptsMade(found) >= request.attempt;
      if (found.state !== 'waiting' || isPast) return { kind: 'past', delivery: found };
      if (!isUnderWay(found, request.nowMs)) return { kind: 'missing' };
      return found.lease?.holder === request.holder
        ? { kind: 'claimed', delivery: found }
        : { kind: 'held', untilMs: found.lease?.untilMs ?? 0 };
    },
    async recordClaimed(delivery, holder) {
      const found = deliveries.get(deliveryKey(delivery));
      if (found?.lease?.holder !== holder) return refused(found) || found?.recordedBy === holder;
      write(delivery);
      return true;
    },
    async rest({ ref, fresh, run, attempt, nowMs }) {
      const found = deliveries.get(deliveryKey(ref));
      if (!found) {
        if (fresh) write({ ...fresh, workAtMs: fresh.dueAtMs ?? nowMs });
        else refused(found);
        return;
      }
      if (fresh) refused(found);
      if (awaits(found, run, attempt - 1, nowMs)) {
        write({ ...found, workAtMs: found.dueAtMs ?? nowMs });
      } else refused(found);
    },
    async openRun(delivery, seenRun) {
      const found = deliveries.get(deliveryKey(delivery));
      const isAsSeen =
        found?.run === seenRun &&
        attemptsMade(found) === attemptsMade(delivery) &&
        found.redactedAtMs === undefined;
      if (!isAsSeen || isUnderWay(found, delivery.dueAtMs ?? 0)) return refused(found);
      write(delivery);
      return true;
    },
    async settle(delivery, state, nowMs) {
      const found = deliveries.get(deliveryKey(delivery));
      const made = attemptsMade(delivery);
      if (found && !awaits(found, delivery.run, made, nowMs)) return refused(found);
      const { dueAtMs, nextCause, lease, workAtMs, ...rest } = delivery;
      write({ ...rest, state });
      return true;
    },
    async getDeliveries(refs) {
      counts.read(refs.length);
      return new Map(
        refs.flatMap((ref) => {
          const found = deliveries.get(deliveryKey(ref));
          return found ? [[deliveryIdOf(ref.eventId, ref.endpointId), found] as const] : [];
        }),
      );
    },
    async listNewestDead(endpoint, range, limit, cursor) {
      const own = [...deliveries.values()].filter(
        (delivery) =>
          scopeKey(delivery) === scopeKey(endpoint) &&
          delivery.endpointId === endpoint.id &&
          delivery.state === 'dead' &&
          inRange(delivery.acceptedAtMs, range),
      );
      const page = pageOf(own, ({ eventId }) => eventId, limit, cursor);
      const refs = page.entries.map(({ tenant, environment, endpointId, eventId }) => {
        return { tenant, environment, endpointId, eventId };
      });
      return { ...page, entries: refs };
    },
    async listDeliveries(endpoint, range, limit, cursor) {
      const own = [...deliveries.values()].filter(
        (delivery) =>
          scopeKey(delivery) === scopeKey(endpoint) &&
          delivery.endpointId === endpoint.id &&
          inRange(delivery.acceptedAtMs, range),
      );
      return pageOf(own, (delivery) => delivery.eventId, limit, cursor);
    },

    async listDue(endpoint, beforeMs, limit, fromMs) {
      const { tenant, environment, endpointId } = endpoint;
      const found = indexOf(endpoint).before(beforeMs, limit, fromMs);
      counts.read(Math.max(1, Math.ceil(found.length / WAITING_PER_READ)));
      return found.map(({ at, key }) => {
        return { tenant, environment, endpointId, eventId: key, workAtMs: at };
      });
    },
    async take(entry, untilMs) {
      const found = deliveries.get(deliveryKey(entry));
      if (found?.state !== 'waiting' || placeOf(found) !== entry.workAtMs) {
        return refused(found) || undefined;
      }
      const taken = { ...found, workAtMs: untilMs };
      write(taken);
      return taken;
    },

    async getHealth(endpoint) {
      counts.read(1);
      const key = endpointKey(endpoint);
      return healths.get(key) ?? { health: CLEAN_HEALTH, version: 0 };
    },
    async getHealths(addresses) {
      return new Map(
        addresses.flatMap((address) => {
          const kept = healths.get(endpointKey(address));
          return kept ? [[address.endpointId, kept.health] as const] : [];
        }),
      );
    },
    async putHealth(endpoint, health, seenVersion) {
      const key = endpointKey(endpoint);
      counts.write(1);
      if ((healths.get(key)?.version ?? 0) !== seenVersion) return false;
      healths.set(key, { health, version: seenVersion + 1 });
      return true;
    },
  };
}
