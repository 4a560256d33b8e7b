// Versions of transformations, under names that are derived from what they are: whoever writes one that is there writes
// the same.
import type { TransformVersion, TransformVersions } from '../../core/transforms/transform.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { getItem, type Item, text } from '../aws/dynamodb/client.ts';
import { documentItem, documentOf, transformPartition } from '../items/documents.ts';
import { createPages } from '../items/page.ts';
import { countChange } from './scope-version.ts';

export function createTransformVersions(table: Table): TransformVersions {
  const page = createPages(table);
  const keyOf = (scope: Parameters<typeof transformPartition>[0], version: string): Item => ({
    pk: text(transformPartition(scope)),
    sk: text(version),
  });
  return {
    async keepTransform(scope, { language, source, version }) {
      // Before anybody has it: from then on fan-out lets nothing be decided twice.
      await countChange(table, scope, 'transformation');
      const document: TransformVersion = { language, source, version };
      await table.call('PutItem', { Item: documentItem(keyOf(scope, version), document) });
    },
    findTransform: async (scope, version) =>
      documentOf<TransformVersion>(await getItem(table, keyOf(scope, version))),
    async removeTransforms(scope, limit) {
      const { entries } = await page(
        documentOf<TransformVersion>,
        transformPartition(scope),
        ' ',
        limit,
      );
      for (const { version } of entries) {
        await table.call('DeleteItem', { Key: keyOf(scope, version) });
      }
      return entries.length;
    },
  };
}
