// The catalogue of event types in the registry's table: one partition, with a version beside the entries, so that
// one small read tells ingest whether its copy is current.

import type { EventTypeReader, EventTypeStore } from '../../core/event-types/catalogue.ts';
import type { EventType } from '../../core/event-types/event-type.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { getItem, type Item, number, text } from '../aws/dynamodb/client.ts';
import {
  documentItem,
  documentOf,
  EVENT_TYPES_PARTITION as PARTITION,
  putNewDocument,
  replaceDocument,
  VERSION_SORT_KEY,
} from '../items/documents.ts';
import { createPages } from '../items/page.ts';
import { ITEM_VERSION } from '../items/version.ts';

/** Sorts after the version and before every name. */
const BEFORE_NAMES = '*';

const keyOf = (name: string): Item => ({ pk: text(PARTITION), sk: text(name) });

export function createEventTypeReader(table: Table): EventTypeReader {
  const read = (name: string) => getItem(table, keyOf(name));
  return {
    catalogueVersion: async () => (await read(VERSION_SORT_KEY))?.changes?.N,
    getEventType: async (name) => documentOf<EventType>(await read(name)),
  };
}

export function createEventTypeStore(table: Table): EventTypeStore {
  const page = createPages(table);
  /** After the change: whoever reads the new version then reads the new entry, too. */
  const changed = (): Promise<unknown> =>
    table.call('UpdateItem', {
      Key: keyOf(VERSION_SORT_KEY),
      UpdateExpression: 'SET v = :v ADD changes :one',
      ExpressionAttributeValues: { ':one': number(1), ':v': ITEM_VERSION },
    });
  return {
    ...createEventTypeReader(table),
    async replaceEventType(before, after) {
      // Before it too: a catalogue whose version was never counted is taken to be empty.
      await changed();
      const item = documentItem(keyOf(after.name), after);
      const isPut = before
        ? await replaceDocument(table, before, item)
        : await putNewDocument(table, item);
      await changed();
      return isPut;
    },
    async deleteEventType(before) {
      const isDeleted = await replaceDocument(table, before, keyOf(before.name));
      await changed();
      return isDeleted;
    },
    listEventTypes: (limit, cursor) =>
      page(documentOf<EventType>, PARTITION, BEFORE_NAMES, limit, cursor),
  };
}
