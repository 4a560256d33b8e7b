// The registry's endpoints for resealing: all of them, tombstones included, and written without counting as a
// change, since nothing that anybody sees changes.
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import type { SealedEndpoints } from '../../core/endpoints/store.ts';
import type { DynamoDb } from '../aws/dynamodb/calls.ts';
import { text } from '../aws/dynamodb/client.ts';
import {
  documentItem,
  documentOf,
  endpointPartition,
  replaceDocument,
} from '../items/documents.ts';

export function createSealedEndpoints(client: DynamoDb, table: string): SealedEndpoints {
  return {
    async listAll(scope, limit, cursor) {
      const { Items: items = [], LastEvaluatedKey: last } = await client.call('Query', {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk > :after',
        ExpressionAttributeValues: {
          ':pk': text(endpointPartition(scope)),
          ':after': text(cursor ?? 'ep_'),
        },
        ConsistentRead: true,
        Limit: limit,
      });
      const entries = items.flatMap((item) => documentOf<Endpoint>(item) ?? []);
      const next = last?.sk?.S;
      return next === undefined ? { entries } : { entries, next };
    },

    rewrite(before, after) {
      const key = { pk: text(endpointPartition(after)), sk: text(after.id) };
      return replaceDocument(client, table, before, documentItem(key, after));
    },
  };
}
