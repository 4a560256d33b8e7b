// Who subscribed, for fan-out: lists are cached and checked against a version that is read each time,
// so an endpoint that was answered 201 is seen by every event that is fanned out afterwards.
import { defined } from '../../core/defined.ts';
import { allOf } from '../../core/listing.ts';
import { Recent } from '../../core/recent.ts';
import type { Scope } from '../../core/scope.ts';
import { scopeKey } from '../../core/scope.ts';
import type { RoutingRules } from '../../core/subscriptions/routing.ts';
import type {
  Subscriber,
  SubscriberStore,
  Subscribers,
} from '../../core/subscriptions/subscriber.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { batchGet, type Item, numberIn, text } from '../aws/dynamodb/client.ts';
import { endpointPartition, VERSION_SORT_KEY } from '../items/documents.ts';
import { createPages } from '../items/page.ts';
import { listedEndpointOf } from './endpoint-items.ts';
import { readRouting } from './routing.ts';
import { slowIn } from './slow-marks.ts';
import type { Inheritance } from './templates.ts';

/** A list is read anew after this long in any case: it heals what a crash between two writes left. */
const KEPT_MS = 60_000;
const MAX_SCOPES = 10_000;
/** A query ends at a megabyte in any case. */
const PAGE = 1_000;

interface CachedList {
  readonly version: string;
  readonly subscribers: readonly Subscriber[];
  readonly rules: RoutingRules;
}

export function createSubscriberCache(
  table: Table,
  surroundings: Surroundings,
  inherit: Inheritance,
): SubscriberStore['subscribersOf'] {
  const page = createPages(table);
  const lists = new Recent<CachedList>({ maxEntries: MAX_SCOPES, keptMs: KEPT_MS });

  async function load(scope: Scope): Promise<Subscriber[]> {
    const partition = endpointPartition(scope);
    const endpoints = await allOf((after) => page(listedEndpointOf, partition, 'ep_', PAGE, after));
    // Templates after the endpoints that follow them: one that changes in between is the newer one.
    return (await inherit(endpoints, 'left out')).map(
      ({ id, eventTypes, channels, filter, polling, transform }) =>
        defined({
          ...{ id, eventTypes, channels, filter, polling },
          transforms: transform ? true : undefined,
        }),
    );
  }

  return async (scopes) => {
    const unique = [...new Map(scopes.map((scope) => [scopeKey(scope), scope])).values()];
    const items = await batchGet(
      table,
      unique.map((scope) => ({ pk: text(endpointPartition(scope)), sk: text(VERSION_SORT_KEY) })),
    );
    const counted = new Map(items.map((item) => [item.pk?.S, item]));
    const found = await Promise.all(
      unique.map(async (scope) => {
        const key = scopeKey(scope);
        const item = counted.get(endpointPartition(scope));
        // No version item: no endpoint was ever created here.
        if (!item) return [key, []] as const;
        if (item.gone) return [key, null] as const;
        const version = item.changes?.N ?? '0';
        const nowMs = surroundings.now();
        const slow = slowIn(item, nowMs);
        const cached = lists.get(key, nowMs);
        const isCurrent = cached?.version === version;
        // The version was read before the list: a change in between only makes us read again.
        const list = isCurrent
          ? cached
          : { version, subscribers: await load(scope), rules: await readRouting(table, scope) };
        if (!isCurrent) lists.set(key, list, nowMs);
        const subscribers = withSlow(list.subscribers, slow);
        return [key, ofScope(subscribers, { ...list, item })] as const;
      }),
    );
    return new Map(found);
  };
}

function ofScope(
  subscribers: readonly Subscriber[],
  { rules, item }: { readonly rules: RoutingRules; readonly item: Item },
): Subscribers {
  const notBeforeMs = numberIn(item.since);
  const hadTransforms = item.tf ? (true as const) : undefined;
  const isPlain = notBeforeMs === undefined && !hadTransforms && rules.length === 0;
  if (isPlain) return subscribers;
  return Object.assign([...subscribers], defined({ notBeforeMs, hadTransforms, rules }));
}

function withSlow(
  subscribers: readonly Subscriber[],
  slow: ReadonlySet<string>,
): readonly Subscriber[] {
  if (slow.size === 0) return subscribers;
  return subscribers.map((one) => (slow.has(one.id) ? { ...one, isSlow: true } : one));
}
