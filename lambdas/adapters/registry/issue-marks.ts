// A scope’s marks of issues: one document.
import type { IssueMarkStore, IssueMarks } from '../../core/issues/marks.ts';
import { type Scope, scopeKey } from '../../core/scope.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { getItem, type Item, text } from '../aws/dynamodb/client.ts';
import { documentOf, swapDocument, unlessEmpty } from '../items/documents.ts';

const keyOf = (scope: Scope): Item => ({
  pk: text(`${scopeKey(scope)}#issues`),
  sk: text('marks'),
});

export function createIssueMarkStore(table: Table): IssueMarkStore {
  return {
    getIssueMarks: async (scope) =>
      documentOf<IssueMarks>(await getItem(table, keyOf(scope))) ?? [],
    replaceIssueMarks: (scope, before, after) =>
      swapDocument(table, keyOf(scope), unlessEmpty(before), unlessEmpty(after)),
  };
}
