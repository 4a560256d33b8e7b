// Endpoints in the registry, stored without what they inherit, and given with it.
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import type { EndpointStore } from '../../core/endpoints/store.ts';
import type { Scope } from '../../core/scope.ts';
import { withoutInherited } from '../../core/templates/template.ts';
import type { DynamoDb } from '../aws/dynamodb/calls.ts';
import { batchGet, getItem, type Item, text } from '../aws/dynamodb/client.ts';
import {
  documentItem,
  documentOf,
  endpointPartition,
  putNewDocument,
  replaceDocument,
} from '../items/documents.ts';
import { createRegistryPages } from './pages.ts';
import { announced, countChange } from './scope-version.ts';
import type { Inheritance } from './templates.ts';

export function createEndpointStore(
  client: DynamoDb,
  table: string,
  inherit: Inheritance,
): EndpointStore {
  const page = createRegistryPages(client, table);

  async function getEndpoint(scope: Scope, id: string): Promise<Endpoint | undefined> {
    const endpoint = documentOf<Endpoint>(await getItem(client, table, keyOf(scope, id)));
    return endpoint && (await inherit([endpoint]))[0];
  }

  return {
    async putEndpointOnce(endpoint) {
      // Before it too: a scope whose version was never counted is taken to have no endpoint.
      await countChange(client, table, endpoint);
      const isNew = await announced(client, table, endpoint, () =>
        putNewDocument(client, table, toItem(endpoint)),
      );
      return isNew ? endpoint : ((await getEndpoint(endpoint, endpoint.id)) ?? endpoint);
    },

    replaceEndpoint: (before, after) =>
      announced(client, table, after, () =>
        replaceDocument(client, table, withoutInherited(before), toItem(after)),
      ),

    getEndpoint,

    async getEndpoints(refs) {
      const items = await batchGet(
        client,
        table,
        refs.map((ref) => keyOf(ref, ref.id)),
      );
      const endpoints = items.flatMap((item) => documentOf<Endpoint>(item) ?? []);
      return new Map((await inherit(endpoints)).map((endpoint) => [endpoint.id, endpoint]));
    },

    async listEndpoints(scope, limit, cursor) {
      const found = await page(endpointPartition(scope), 'ep_', limit, cursor, (item) => {
        const endpoint = documentOf<Endpoint>(item);
        return endpoint?.deletedAtMs === undefined ? endpoint : undefined;
      });
      return { ...found, entries: await inherit(found.entries) };
    },
  };
}

function keyOf(scope: Scope, id: string): Item {
  return { pk: text(endpointPartition(scope)), sk: text(id) };
}

function toItem(endpoint: Endpoint): Item {
  return documentItem(keyOf(endpoint, endpoint.id), withoutInherited(endpoint));
}
