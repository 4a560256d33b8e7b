// The version that every stored item carries. Older items are read, and one without a version is of the first.
// A newer one was written by a later version of this code, which was rolled back: it is left alone.
import { NewerVersionError, type Unreadable } from '../../core/errors.ts';
import { type Item, number } from '../aws/dynamodb/client.ts';
import { log } from '../log.ts';

const VERSION = 1;
/** The attribute `v`. */
export const ITEM_VERSION = number(VERSION);

/** @param newest the newest version of its kind that this code reads @throws NewerVersionError */
export function readable(item: Item, newest = VERSION): Item {
  const version = Number(item.v?.N ?? 1);
  if (version > newest) throw new NewerVersionError('an item', version, newest);
  return item;
}

/** Each item by itself. @throws NewerVersionError unless such are left out */
export function readEach<T>(
  items: readonly Item[],
  read: (item: Item) => T,
  unreadable: Unreadable = 'thrown',
): T[] {
  return items.flatMap((item) => {
    try {
      return [read(item)];
    } catch (error) {
      if (unreadable === 'thrown' || !(error instanceof NewerVersionError)) throw error;
      log.error('an item left out', error, { pk: item.pk?.S, sk: item.sk?.S });
      return [];
    }
  });
}
