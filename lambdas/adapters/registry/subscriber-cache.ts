// Who subscribed, for fan-out: lists are cached and checked against a version that is read each time,
// so an endpoint that was answered 201 is seen by every event that is fanned out afterwards.
import { defined } from '../../core/defined.ts';
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import { Recent } from '../../core/recent.ts';
import type { Scope } from '../../core/scope.ts';
import { scopeKey } from '../../core/scope.ts';
import type { Subscriber, SubscriberStore } from '../../core/subscriptions/subscriber.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import type { DynamoDb } from '../aws/dynamodb/calls.ts';
import { batchGet, pagesOf, text } from '../aws/dynamodb/client.ts';
import { documentOf, endpointPartition, VERSION_SORT_KEY } from '../items/documents.ts';
import { slowIn } from './slow-marks.ts';
import type { Inheritance } from './templates.ts';

/** A list is read anew after this long in any case: it heals what a crash between two writes left. */
const KEPT_MS = 60_000;
const MAX_SCOPES = 10_000;

interface CachedList {
  readonly version: string;
  readonly subscribers: readonly Subscriber[];
}

export function createSubscriberCache(
  client: DynamoDb,
  table: string,
  surroundings: Surroundings,
  inherit: Inheritance,
): SubscriberStore['subscribersOf'] {
  const lists = new Recent<CachedList>({ maxEntries: MAX_SCOPES, keptMs: KEPT_MS });

  async function load(scope: Scope): Promise<Subscriber[]> {
    const endpoints: Endpoint[] = [];
    const pages = pagesOf(client, {
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': text(endpointPartition(scope)), ':prefix': text('ep_') },
      ConsistentRead: true,
    });
    for await (const items of pages) {
      for (const item of items) {
        const endpoint = documentOf<Endpoint>(item);
        if (endpoint && endpoint.deletedAtMs === undefined) endpoints.push(endpoint);
      }
    }
    // Templates after the endpoints that follow them: one that changes in between is the newer one.
    return (await inherit(endpoints)).map(({ id, eventTypes, channels, filter, polling }) =>
      defined({ id, eventTypes, channels, filter, polling }),
    );
  }

  return async (scopes) => {
    const unique = [...new Map(scopes.map((scope) => [scopeKey(scope), scope])).values()];
    const items = await batchGet(
      client,
      table,
      unique.map((scope) => ({ pk: text(endpointPartition(scope)), sk: text(VERSION_SORT_KEY) })),
    );
    const marks = new Map(
      items.map((item) => [item.pk?.S, slowIn(item, surroundings.now())] as const),
    );
    const gone = new Set(items.filter((item) => item.gone !== undefined).map((item) => item.pk?.S));
    const versions = new Map(items.map((item) => [item.pk?.S, item.changes?.N ?? '0']));
    const found = await Promise.all(
      unique.map(async (scope) => {
        const key = scopeKey(scope);
        if (gone.has(endpointPartition(scope))) return [key, null] as const;
        // No version item: no endpoint was ever created here.
        const version = versions.get(endpointPartition(scope));
        if (version === undefined) return [key, []] as const;
        const nowMs = surroundings.now();
        const cached = lists.get(key, nowMs);
        if (cached?.version === version) {
          return [key, withSlow(cached.subscribers, marks.get(endpointPartition(scope)))] as const;
        }
        // The version was read before the list: a change in between only makes us read again.
        const subscribers = await load(scope);
        lists.set(key, { version, subscribers }, nowMs);
        return [key, withSlow(subscribers, marks.get(endpointPartition(scope)))] as const;
      }),
    );
    return new Map(found);
  };
}

function withSlow(
  subscribers: readonly Subscriber[],
  slow: ReadonlySet<string> | undefined,
): readonly Subscriber[] {
  if (!slow || slow.size === 0) return subscribers;
  return subscribers.map((one) => (slow.has(one.id) ? { ...one, isSlow: true } : one));
}
