// Pages of one partition by sort key, oldest first: each is one consistent query.
import type { Page } from '../../core/listing.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { type Item, text } from '../aws/dynamodb/client.ts';
import { documentOf } from './documents.ts';

/** The pages of a table's partitions. */
export function createPages(table: Table) {
  /** What is read of at most `limit` items after the cursor; without one, after `first`. */
  return async function page<T>(
    read: (item: Item) => T | undefined,
    partition: string,
    first: string,
    limit: number,
    cursor?: string,
  ): Promise<Page<T>> {
    const { Items: items = [], LastEvaluatedKey: isCut } = await table.call('Query', {
      KeyConditionExpression: 'pk = :pk AND sk > :after',
      ExpressionAttributeValues: { ':pk': text(partition), ':after': text(cursor ?? first) },
      ConsistentRead: true,
      // One more tells whether there is a next page.
      Limit: limit + 1,
    });
    const shown = items.slice(0, limit);
    const entries = shown.flatMap((item) => read(item) ?? []);
    const next = shown.at(-1)?.sk?.S;
    const isMore = shown.length < items.length || isCut !== undefined;
    return isMore && next !== undefined ? { entries, next } : { entries };
  };
}

/** A document of a list, unless it was deleted: a tenant stays until it is erased, and an older version left everything. */
export function listedDocumentOf<T extends { readonly deletedAtMs?: number }>(
  item: Item | undefined,
): T | undefined {
  return unlessDeleted(documentOf<T>(item));
}

export function unlessDeleted<T extends { readonly deletedAtMs?: number }>(
  document: T | undefined,
): T | undefined {
  return document?.deletedAtMs === undefined ? document : undefined;
}
