// Endpoints in the registry, stored without what they inherit, and given with it.
import { deletedEndpoint, type Endpoint } from '../../core/endpoints/endpoint.ts';
import type { EndpointStore, SealedEndpoints } from '../../core/endpoints/store.ts';
import type { Scope } from '../../core/scope.ts';
import { withoutInherited } from '../../core/templates/template.ts';
import type { Tombstones } from '../../core/tombstone.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { batchGet, getItem, type Item, text } from '../aws/dynamodb/client.ts';
import {
  endpointPartition,
  putNewDocument,
  replaceDocument,
  replaceText,
} from '../items/documents.ts';
import { createPages } from '../items/page.ts';
import { endpointItem, endpointOf, listedEndpointOf, olderDocument } from './endpoint-items.ts';
import { announced, countChange } from './scope-version.ts';
import type { Inheritance } from './templates.ts';

export function createEndpointStore(
  table: Table,
  inherit: Inheritance,
  tombstones: Tombstones,
): EndpointStore & SealedEndpoints {
  const page = createPages(table);

  async function getEndpoints(
    refs: readonly (Scope & { readonly id: string })[],
  ): Promise<ReadonlyMap<string, Endpoint>> {
    const items = await batchGet(table, refs.map(keyOf));
    const stored = items.flatMap((item) => endpointOf(item) ?? []);
    const found = new Map((await inherit(stored)).map((endpoint) => [endpoint.id, endpoint]));
    const missing = refs.filter(({ id }) => !found.has(id));
    for (const one of await tombstones.findTombstones(missing)) {
      found.set(one.id, deletedEndpoint(one));
    }
    return found;
  }

  const getEndpoint = async (scope: Scope, id: string): Promise<Endpoint | undefined> =>
    (await getEndpoints([{ ...scope, id }])).get(id);

  /** @param before without what it inherits */
  async function replace(before: Endpoint, item: Item): Promise<boolean> {
    if (await replaceDocument(table, before, item)) return true;
    const older = olderDocument(await getItem(table, keyOf(before)), before);
    return older !== undefined && replaceText(table, older, item);
  }

  return {
    async putEndpointOnce(endpoint) {
      // Before it too: a scope whose version was never counted is taken to have no endpoint.
      await countChange(table, endpoint);
      const isNew = await announced(table, endpoint, () => putNewDocument(table, toItem(endpoint)));
      return isNew ? endpoint : ((await getEndpoint(endpoint, endpoint.id)) ?? endpoint);
    },

    replaceEndpoint: (before, after) =>
      announced(table, after, async () => {
        const item = (await tombstones.bury(after)) ? keyOf(after) : toItem(after);
        return replace(withoutInherited(before), item);
      }),

    getEndpoint,
    getEndpoints,

    async listEndpoints(scope, limit, cursor) {
      const partition = endpointPartition(scope);
      const found = await page(listedEndpointOf, partition, 'ep_', limit, cursor);
      return { ...found, entries: await inherit(found.entries) };
    },

    listAll: (scope, limit, cursor) =>
      page(endpointOf, endpointPartition(scope), 'ep_', limit, cursor),

    // Nothing that anybody sees changes: no fan-out is told.
    rewrite: (before, after) => replace(before, toItem(after)),
  };
}

function keyOf(ref: Scope & { readonly id: string }): Item {
  return { pk: text(endpointPartition(ref)), sk: text(ref.id) };
}

function toItem(endpoint: Endpoint): Item {
  return endpointItem(keyOf(endpoint), withoutInherited(endpoint));
}
