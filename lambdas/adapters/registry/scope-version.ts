// The count of changes of a scope, by which every fan-out knows whether its list of subscribers is current.
import { defined } from '../../core/defined.ts';
import type { Scope } from '../../core/scope.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { number, text } from '../aws/dynamodb/client.ts';
import { endpointPartition, VERSION_SORT_KEY } from '../items/documents.ts';
import { ITEM_VERSION } from '../items/version.ts';

/** What changed: its endpoints or templates, whether its tenant is there at all, or that it has transformations now. */
export type ScopeChange = 'content' | 'deletion' | 'return' | 'transformation';
const UPDATES: Readonly<Record<ScopeChange, string>> = {
  content: 'SET v = :v ADD changes :one',
  deletion: 'SET v = :v, gone = :one ADD changes :one',
  transformation: 'SET v = :v, tf = :one ADD changes :one',
  return: 'SET v = :v, since = :since REMOVE gone ADD changes :one',
};

/**
 * Tells every fan-out that a scope's subscribers are to be read again.
 * @param sinceMs of a tenant that returns: what was accepted before is not its own
 */
export function countChange(
  table: Table,
  scope: Scope,
  change: ScopeChange = 'content',
  sinceMs?: number,
): Promise<unknown> {
  return table.call('UpdateItem', {
    Key: { pk: text(endpointPartition(scope)), sk: text(VERSION_SORT_KEY) },
    UpdateExpression: UPDATES[change],
    ExpressionAttributeValues: defined({
      ':one': number(1),
      ':v': ITEM_VERSION,
      ':since': number(sinceMs),
    }),
  });
}

/** A change that every fan-out sees: announced however it ends, since one that failed may have been done. */
export async function announced<T>(
  table: Table,
  scope: Scope,
  change: () => Promise<T>,
): Promise<T> {
  try {
    return await change();
  } finally {
    await countChange(table, scope);
  }
}
