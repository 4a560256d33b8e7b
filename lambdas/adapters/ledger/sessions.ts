// Sessions in the ledger, which removes them after their end: one item each, and gone once it is revoked.
import type { Scope } from '../../core/scope.ts';
import { scopeKey } from '../../core/scope.ts';
import type { Session, SessionPlace } from '../../core/sessions/session.ts';
import type { SessionLookup, SessionStore } from '../../core/sessions/store.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { getItem, type Item, text } from '../aws/dynamodb/client.ts';
import { documentItem, documentOf } from '../items/documents.ts';
import { createPages } from '../items/page.ts';
import { seconds } from './items.ts';

const partition = (scope: Scope): string => `${scopeKey(scope)}#sessions`;

const keyOf = (place: SessionPlace): Item => ({ pk: text(partition(place)), sk: text(place.id) });

export function createSessionLookup(table: Table): SessionLookup {
  return {
    findSession: async (place) => documentOf<Session>(await getItem(table, keyOf(place))),
  };
}

export function createSessionStore(table: Table): SessionStore {
  const page = createPages(table);
  return {
    ...createSessionLookup(table),
    async putSession(session) {
      const exp = seconds(session.expiresAtMs);
      await table.call('PutItem', { Item: { ...documentItem(keyOf(session), session), exp } });
    },
    listSessions: (scope, limit, cursor) =>
      page(documentOf<Session>, partition(scope), 'ses_', limit, cursor),
    async deleteSession(place) {
      await table.call('DeleteItem', { Key: keyOf(place) });
    },
  };
}
