// The version that every stored item carries. Older items are read, and one without a version is of the first.
// A newer one was written by a later version of this code, which was rolled back: it is left alone.
import { NewerVersionError } from '../../core/errors.ts';
import { type Item, number } from '../aws/dynamodb/client.ts';

const VERSION = 1;
/** The attribute `v`. */
export const ITEM_VERSION = number(VERSION);

/** @throws NewerVersionError */
export function readable(item: Item): Item {
  const version = Number(item.v?.N ?? 1);
  if (version > VERSION) throw new NewerVersionError('an item', version, VERSION);
  return item;
}
