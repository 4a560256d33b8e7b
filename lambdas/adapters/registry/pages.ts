// Listings of the registry: the entries of one partition by sort key, oldest first.
import type { Page } from '../../core/listing.ts';
import type { DynamoDb } from '../aws/dynamodb/calls.ts';
import { type Item, text } from '../aws/dynamodb/client.ts';

export function createRegistryPages(client: DynamoDb, table: string) {
  /** What follows the cursor, without the items for which `keep` gives undefined. */
  return async function page<T>(
    partition: string,
    prefix: string,
    limit: number,
    cursor: string | undefined,
    keep: (item: Item) => T | undefined,
  ): Promise<Page<T>> {
    const entries: T[] = [];
    let after = cursor ?? prefix;
    for (;;) {
      const answer = await client.call('Query', {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk > :after',
        ExpressionAttributeValues: { ':pk': text(partition), ':after': text(after) },
        ConsistentRead: true,
        Limit: limit - entries.length + 1,
      });
      for (const item of answer.Items ?? []) {
        if (entries.length === limit) return { entries, next: after };
        const entry = keep(item);
        if (entry !== undefined) entries.push(entry);
        after = item.sk?.S ?? after;
      }
      if (!answer.LastEvaluatedKey) return { entries };
    }
  };
}
