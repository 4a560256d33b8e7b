// A scope’s routing rules: one document, which fan-out reads with the list of subscribers.
import type { Scope } from '../../core/scope.ts';
import { scopeKey } from '../../core/scope.ts';
import type { RoutingRules, RoutingStore } from '../../core/subscriptions/routing.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { batchGet, type Item, text } from '../aws/dynamodb/client.ts';
import { documentOf, swapDocument, unlessEmpty } from '../items/documents.ts';
import { announced } from './scope-version.ts';

const keyOf = (scope: Scope): Item => ({
  pk: text(`${scopeKey(scope)}#routing`),
  sk: text('rules'),
});

/** Fan-out may read by BatchGetItem only. */
export async function readRouting(table: Table, scope: Scope): Promise<RoutingRules> {
  const [item] = await batchGet(table, [keyOf(scope)]);
  return documentOf<RoutingRules>(item) ?? [];
}

export function createRoutingStore(table: Table): RoutingStore {
  return {
    getRoutingRules: (scope) => readRouting(table, scope),
    replaceRoutingRules: (scope, before, after) =>
      announced(table, scope, () =>
        swapDocument(table, keyOf(scope), unlessEmpty(before), unlessEmpty(after)),
      ),
  };
}
