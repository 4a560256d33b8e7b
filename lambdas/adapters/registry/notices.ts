// What a tenant wants to be told of: one document of a scope.
import type { NoticeSettings, NoticeSettingsStore } from '../../core/notices/settings.ts';
import { type Scope, scopeKey } from '../../core/scope.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { getItem, type Item, text } from '../aws/dynamodb/client.ts';
import { documentOf, swapDocument } from '../items/documents.ts';

const keyOf = (scope: Scope): Item => ({
  pk: text(`${scopeKey(scope)}#notices`),
  sk: text('settings'),
});

export function createNoticeSettingsStore(table: Table): NoticeSettingsStore {
  return {
    async getNoticeSettings(scope) {
      return documentOf<NoticeSettings>(await getItem(table, keyOf(scope)));
    },
    replaceNoticeSettings: (scope, before, after) =>
      swapDocument(table, keyOf(scope), before, after),
    async removeNoticeSettings(scope) {
      await table.call('DeleteItem', { Key: keyOf(scope) });
    },
  };
}
