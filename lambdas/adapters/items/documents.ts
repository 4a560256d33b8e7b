// Items that hold a document as JSON: their keys where more than one file reads them, how they are read, and how
// they are written on a condition.
import type { Scope } from '../../core/scope.ts';
import { scopeKey } from '../../core/scope.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { getItem, type Item, text, whenHolds } from '../aws/dynamodb/client.ts';
import { ITEM_VERSION, readable } from './version.ts';

export const endpointPartition = (scope: Scope): string => `${scopeKey(scope)}#endpoints`;

export const templatePartition = (scope: Scope): string => `${scopeKey(scope)}#templates`;

export const transformPartition = (scope: Scope): string => `${scopeKey(scope)}#transforms`;

export const keyPartition = (scope: Scope): string => `${scopeKey(scope)}#keys`;

export const EVENT_TYPES_PARTITION = 'event-types';

/** The item that counts the changes to a scope's endpoints. Sorts before every endpoint id. */
export const VERSION_SORT_KEY = '#version';

/**
 * What an item holds as JSON; the registry alone writes it, from the same type.
 * @param newest the newest version of its kind that this code reads
 * @throws NewerVersionError
 */
export function documentOf<T>(item: Item | undefined, newest?: number): T | undefined {
  const doc = item && readable(item, newest).doc?.S;
  return doc === undefined ? undefined : (JSON.parse(doc) as T);
}

export function documentItem(key: Item, document: unknown): Item {
  return { ...key, v: ITEM_VERSION, doc: text(JSON.stringify(document)) };
}

/**
 * Puts an item on a condition; one without a document is removed. @returns whether it is as it should be
 * A call whose answer was lost is repeated, and its condition then fails on its own write: the document that is
 * stored tells.
 */
export async function putDocumentIf(
  table: Table,
  item: Item,
  condition: string,
  values?: Item,
): Promise<boolean> {
  const { pk = text(''), sk = text(''), doc } = item;
  const write = { ConditionExpression: condition, ExpressionAttributeValues: values };
  const isWritten = await whenHolds(
    doc
      ? table.call('PutItem', { ...write, Item: item })
      : table.call('DeleteItem', { ...write, Key: { pk, sk } }),
  );
  return isWritten || (await getItem(table, { pk, sk }))?.doc?.S === doc?.S;
}

export function putNewDocument(table: Table, item: Item): Promise<boolean> {
  return putDocumentIf(table, item, 'attribute_not_exists(pk)');
}

/** A document is written as JSON of one spelling only, so its text tells whether it changed since it was read. */
export function replaceDocument(table: Table, before: unknown, item: Item): Promise<boolean> {
  return replaceText(table, JSON.stringify(before), item);
}

/** @param before the document's text, where that is another than its JSON is now */
export function replaceText(table: Table, before: string, item: Item): Promise<boolean> {
  return putDocumentIf(table, item, 'doc = :before', { ':before': text(before) });
}

/** Of a document that is a list: an empty one is kept as none. */
export function unlessEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** Replaces what was read, undefined for nothing. @returns false if another document stands there by now */
export async function swapDocument(
  table: Table,
  key: Item,
  before: unknown,
  after: unknown,
): Promise<boolean> {
  const item = after === undefined ? key : documentItem(key, after);
  if (before !== undefined) return replaceDocument(table, before, item);
  return after === undefined || putNewDocument(table, item);
}
