// Which recipients of a delivery have their mail, where others have not. Addresses are kept as hashes.
import { createHash } from 'node:crypto';
import { type Scope, scopeKey } from '../../../core/scope.ts';
import { DAY_MS } from '../../../core/time.ts';
import type { Table } from '../../aws/dynamodb/calls.ts';
import { getItem, type Item, text } from '../../aws/dynamodb/client.ts';
import { ITEM_VERSION, readable } from '../../items/version.ts';
import { seconds } from '../items.ts';

/** No run of a delivery is longer. */
const PROGRESS_KEPT_MS = 60 * DAY_MS;

const hashOf = (address: string): string =>
  createHash('sha256').update(address).digest('base64url');

/** Which recipients need no further try of a delivery. */
export interface MailProgress {
  /** @param key the delivery's idempotency key */
  read(place: Place, key: string): Promise<ReadonlySet<string>>;
  write(place: Place, key: string, addresses: readonly string[], nowMs: number): Promise<void>;
  isDone(done: ReadonlySet<string>, address: string): boolean;
}

type Place = Scope & { readonly id: string };

export function createMailProgress(table: Table): MailProgress {
  const keyOf = (place: Place, key: string): Item => ({
    pk: text(`${scopeKey(place)}#${place.id}#mails`),
    sk: text(key),
  });

  return {
    async read(place, key) {
      const item = await getItem(table, keyOf(place, key));
      const done = item ? (readable(item).to?.S ?? '') : '';
      return new Set(done.split(' ').filter((one) => one !== ''));
    },
    async write(place, key, addresses, nowMs) {
      const item = {
        ...keyOf(place, key),
        v: ITEM_VERSION,
        to: text(addresses.map(hashOf).join(' ')),
        exp: seconds(nowMs + PROGRESS_KEPT_MS),
      };
      await table.call('PutItem', { Item: item });
    },
    isDone: (done, address) => done.has(hashOf(address)),
  };
}
