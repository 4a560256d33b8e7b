// Templates in the registry, and how endpoints get what they inherit when they are read.
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import type { Scope } from '../../core/scope.ts';
import type { KeptTemplate, Templates } from '../../core/templates/store.ts';
import { type Template, withTemplate } from '../../core/templates/template.ts';
import type { DynamoDb } from '../aws/dynamodb/calls.ts';
import {
  batchGet,
  getItem,
  type Item,
  number,
  putIfNew,
  text,
  whenHolds,
} from '../aws/dynamodb/client.ts';
import {
  documentOf,
  endpointPartition,
  templatePartition,
  VERSION_SORT_KEY,
} from '../items/documents.ts';
import { ITEM_VERSION } from '../items/version.ts';
import { createRegistryPages } from './pages.ts';

export type Inheritance = (endpoints: readonly Endpoint[]) => Promise<readonly Endpoint[]>;

const keyOf = (scope: Scope, id: string): Item => ({
  pk: text(templatePartition(scope)),
  sk: text(id),
});
const docOf = (template: Template) => text(JSON.stringify(template));

/** What changed: its endpoints or templates, or whether its tenant is there at all. */
export type ScopeChange = 'content' | 'deletion' | 'return';
const UPDATES: Readonly<Record<ScopeChange, string>> = {
  content: 'SET v = :v ADD changes :one',
  deletion: 'SET v = :v, gone = :one ADD changes :one',
  return: 'SET v = :v REMOVE gone ADD changes :one',
};

/** Tells every fan-out that a scope's subscribers are to be read again. */
export function countChange(
  client: DynamoDb,
  table: string,
  scope: Scope,
  change: ScopeChange = 'content',
): Promise<unknown> {
  return client.call('UpdateItem', {
    TableName: table,
    Key: { pk: text(endpointPartition(scope)), sk: text(VERSION_SORT_KEY) },
    UpdateExpression: UPDATES[change],
    ExpressionAttributeValues: { ':one': number(1), ':v': ITEM_VERSION },
  });
}

/** Endpoints with what they inherit; those that follow no template cost no read. */
export function createInheritance(client: DynamoDb, table: string): Inheritance {
  return async (endpoints) => {
    const keys = endpoints.flatMap((endpoint) =>
      endpoint.template === undefined ? [] : [keyOf(endpoint, endpoint.template)],
    );
    if (keys.length === 0) return endpoints;
    const templates = new Map(
      (await batchGet(client, table, keys)).map((item) => [
        `${item.pk?.S}/${item.sk?.S}`,
        documentOf<Template>(item),
      ]),
    );
    return endpoints.map((endpoint) =>
      withTemplate(endpoint, templates.get(`${templatePartition(endpoint)}/${endpoint.template}`)),
    );
  };
}

export function createTemplates(client: DynamoDb, table: string): Templates {
  const page = createRegistryPages(client, table);

  async function getTemplate(scope: Scope, id: string): Promise<KeptTemplate | undefined> {
    const item = await getItem(client, table, keyOf(scope, id));
    const template = documentOf<Template>(item);
    return template && { template, joins: Number(item?.joins?.N ?? 0) };
  }

  return {
    async putTemplateOnce(template) {
      const key = keyOf(template, template.id);
      const item = { ...key, v: ITEM_VERSION, doc: docOf(template), joins: number(0) };
      const isNew = await putIfNew(client, table, item);
      return isNew ? template : ((await getTemplate(template, template.id))?.template ?? template);
    },
    async removeTemplate(scope, id) {
      await client.call('DeleteItem', { TableName: table, Key: keyOf(scope, id) });
    },
    listAllTemplates: (scope, limit, cursor) =>
      page(templatePartition(scope), 'tpl_', limit, cursor, (item) => documentOf<Template>(item)),
    getTemplate,
    listTemplates: (scope, limit, cursor) =>
      page(templatePartition(scope), 'tpl_', limit, cursor, (item) => {
        const template = documentOf<Template>(item);
        return template?.deletedAtMs === undefined ? template : undefined;
      }),
    async replaceTemplate(before, after) {
      const isReplaced = await whenHolds(
        client.call('UpdateItem', {
          TableName: table,
          Key: keyOf(after, after.id),
          UpdateExpression: 'SET doc = :after',
          ConditionExpression: 'doc = :before AND joins = :joins',
          ExpressionAttributeValues: {
            ':before': docOf(before.template),
            ':joins': number(before.joins),
            ':after': docOf(after),
          },
        }),
      );
      if (isReplaced) await countChange(client, table, after);
      return isReplaced;
    },
    joinTemplate: (seen) =>
      whenHolds(
        client.call('UpdateItem', {
          TableName: table,
          Key: keyOf(seen, seen.id),
          UpdateExpression: 'ADD joins :one',
          ConditionExpression: 'doc = :seen',
          ExpressionAttributeValues: { ':seen': docOf(seen), ':one': number(1) },
        }),
      ),
  };
}
