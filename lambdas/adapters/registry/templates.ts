// Templates in the registry, and how endpoints get what they inherit when they are read.
import { createHash } from 'node:crypto';
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import type { Scope } from '../../core/scope.ts';
import type { KeptTemplate, Templates } from '../../core/templates/store.ts';
import { type Template, withTemplate } from '../../core/templates/template.ts';
import type { Tombstones } from '../../core/tombstone.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { batchGet, getItem, type Item, number, text, whenHolds } from '../aws/dynamodb/client.ts';
import {
  documentItem,
  documentOf,
  putDocumentIf,
  putNewDocument,
  templatePartition,
} from '../items/documents.ts';
import { createPages, listedDocumentOf } from '../items/page.ts';
import { ITEM_VERSION } from '../items/version.ts';
import { announced } from './scope-version.ts';

/**
 * An orphan follows a template that is gone: whoever made it follow died before it could be told, while the template was
 * deleted. Without settings it would match every event.
 */
export type Inheritance = (
  endpoints: readonly Endpoint[],
  orphans?: 'kept' | 'left out',
) => Promise<readonly Endpoint[]>;

/** Longer than an invocation lasts. */
const HELD_MS = 60_000;
const keyOf = (scope: Scope, id: string): Item => ({
  pk: text(templatePartition(scope)),
  sk: text(id),
});
/** Sorts before every template's id. A name may be a person's, and its item stays where its holder died. */
const nameKey = (scope: Scope, name: string): Item =>
  keyOf(scope, `#name#${createHash('sha256').update(name).digest('hex')}`);
const docOf = (template: Template) => text(JSON.stringify(template));
const itemOf = (template: Template): Item => documentItem(keyOf(template, template.id), template);

/** Endpoints with what they inherit; those that follow no template cost no read. */
export function createInheritance(table: Table): Inheritance {
  return async (endpoints, orphans) => {
    const keys = endpoints.flatMap((endpoint) =>
      endpoint.template === undefined ? [] : [keyOf(endpoint, endpoint.template)],
    );
    if (keys.length === 0) return endpoints;
    const templates = new Map(
      (await batchGet(table, keys)).map((item) => [
        `${item.pk?.S}/${item.sk?.S}`,
        documentOf<Template>(item),
      ]),
    );
    return endpoints.flatMap((endpoint) => {
      const template = templates.get(`${templatePartition(endpoint)}/${endpoint.template}`);
      const isOrphan = endpoint.template !== undefined && template === undefined;
      return isOrphan && orphans === 'left out' ? [] : [withTemplate(endpoint, template)];
    });
  };
}

export function createTemplates(table: Table, tombstones: Tombstones): Templates {
  const page = createPages(table);
  async function getTemplate(scope: Scope, id: string): Promise<KeptTemplate | undefined> {
    const item = await getItem(table, keyOf(scope, id));
    const template = listedDocumentOf<Template>(item);
    const planned = item?.planned?.S;
    return (
      template && {
        template,
        ...(planned === undefined ? {} : { planned: JSON.parse(planned) as Template }),
      }
    );
  }

  return {
    async putTemplateOnce(template) {
      const isNew = await putNewDocument(table, itemOf(template));
      return isNew ? template : (await getTemplate(template, template.id))?.template;
    },
    async removeTemplate(scope, id) {
      await table.call('DeleteItem', { Key: keyOf(scope, id) });
    },
    listAllTemplates: (scope, limit, cursor) =>
      page(documentOf<Template>, templatePartition(scope), 'tpl_', limit, cursor),
    getTemplate,
    listTemplates: (scope, limit, cursor) =>
      page(listedDocumentOf<Template>, templatePartition(scope), 'tpl_', limit, cursor),
    planTemplate: (before, planned) =>
      whenHolds(
        table.call('UpdateItem', {
          Key: keyOf(before, before.id),
          UpdateExpression: 'SET planned = :planned',
          ConditionExpression: 'doc = :before',
          ExpressionAttributeValues: { ':before': docOf(before), ':planned': docOf(planned) },
        }),
      ),
    dropPlan: ({ template, planned = template }) =>
      whenHolds(
        table.call('UpdateItem', {
          Key: keyOf(template, template.id),
          UpdateExpression: 'REMOVE planned',
          ConditionExpression: 'doc = :template AND planned = :planned',
          ExpressionAttributeValues: { ':template': docOf(template), ':planned': docOf(planned) },
        }),
      ),
    replaceTemplate: ({ template, planned }, after) =>
      announced(table, after, async () => {
        const isDeleted = await tombstones.bury(after);
        const item = isDeleted ? keyOf(after, after.id) : itemOf(after);
        return planned
          ? putDocumentIf(table, item, 'doc = :before AND planned = :planned', {
              ':before': docOf(template),
              ':planned': docOf(planned),
            })
          : putDocumentIf(table, item, 'doc = :before', { ':before': docOf(template) });
      }),
    holdName: (scope, name, holder, nowMs) =>
      whenHolds(
        table.call('PutItem', {
          Item: {
            ...nameKey(scope, name),
            v: ITEM_VERSION,
            heldBy: text(holder),
            heldTo: number(nowMs + HELD_MS),
          },
          // Its own where an answer was lost.
          ConditionExpression: 'attribute_not_exists(pk) OR heldTo < :now OR heldBy = :holder',
          ExpressionAttributeValues: { ':now': number(nowMs), ':holder': text(holder) },
        }),
      ),
    async releaseName(scope, name, holder) {
      await whenHolds(
        table.call('DeleteItem', {
          Key: nameKey(scope, name),
          ConditionExpression: 'heldBy = :holder',
          ExpressionAttributeValues: { ':holder': text(holder) },
        }),
      );
    },
  };
}
