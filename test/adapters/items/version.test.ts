// Stored items of other versions, as each reader of them takes them.
import { describe, expect, it } from 'vitest';
import { documentOf } from '../../../lambdas/adapters/items/documents.ts';
import {
  fromDeliveryItem,
  fromEventItem,
  toEventItem,
} from '../../../lambdas/adapters/ledger/items.ts';
import { NewerVersionError } from '../../../lambdas/core/errors.ts';
import { anEvent } from '../../builders/events.ts';

const { v, ...unversioned } = toEventItem({ event: anEvent(), targets: [] }, 0);

describe('a stored item', () => {
  it('carries the version that wrote it', () => {
    expect(v).toEqual({ N: '1' });
  });

  it('without a version is of the first', () => {
    expect(fromEventItem(unversioned)).toEqual(fromEventItem({ ...unversioned, v: { N: '1' } }));
    expect(documentOf<{ a: number }>({ doc: { S: '{"a":1}' } })).toEqual({ a: 1 });
  });

  it.each([
    ['event', fromEventItem],
    ['delivery', fromDeliveryItem],
    ['document', documentOf],
  ])('of a newer version is not read: %s', (_, read) => {
    const newer = { ...unversioned, doc: { S: '{}' }, v: { N: '2' } };
    expect(() => read(newer)).toThrow(NewerVersionError);
    expect(() => read(newer)).toThrow('deploy the version that wrote it');
  });
});
