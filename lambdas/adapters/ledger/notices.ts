// What there is to tell a tenant: one partition for each tenant and environment, with its book and a mark for each endpoint.
import { defined } from '../../core/defined.ts';
import { inParallel } from '../../core/in-parallel.ts';
import { EMPTY_BOOK, type NoticeBook } from '../../core/notices/book.ts';
import type { NoticeLedger } from '../../core/notices/ledger.ts';
import type { Mark, Sighting } from '../../core/notices/mark.ts';
import { type EndpointAddress, type Scope, scopeKey } from '../../core/scope.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { getItem, type Item, number, text, whenHolds } from '../aws/dynamodb/client.ts';
import { documentOf } from '../items/documents.ts';
import { createPages } from '../items/page.ts';
import { ITEM_VERSION, readable } from '../items/version.ts';
import { afterAMoment, shareCalls } from '../shared-calls.ts';

/** Sorts before every endpoint's id. */
const BOOK = '#book';
/** Marks that are added at once: deliveries that die together are one write. */
const FULL = 1_000;
const DELETED_AT_ONCE = 25;

const partition = (scope: Scope): string => `${scopeKey(scope)}#notices`;
const markKey = (scope: Scope, endpointId: string): Item => ({
  pk: text(partition(scope)),
  sk: text(endpointId),
});
const bookKey = (scope: Scope): Item => ({ pk: text(partition(scope)), sk: text(BOOK) });

interface Addition {
  readonly endpoint: EndpointAddress;
  readonly seen: Sighting;
  readonly nowMs: number;
}

export function createNoticeLedger(table: Table): NoticeLedger {
  const page = createPages(table);

  function add({ endpoint, seen, nowMs }: Addition): Promise<unknown> {
    const set = defined({
      fa: seen.failedAtMs,
      sl: seen.slowAtMs,
      cr: seen.receiverExpiresAtMs,
      cc: seen.clientExpiresAtMs,
    });
    const given = Object.keys(set).map((name) => `, ${name} = :${name}`);
    const since = seen.slowAtMs === undefined ? '' : ', ss = if_not_exists(ss, :sl)';
    return table.call('UpdateItem', {
      Key: markKey(endpoint, endpoint.endpointId),
      UpdateExpression: `SET v = :v, mk = if_not_exists(mk, :now)${given.join('')}${since} ADD n :one, dd :dead`,
      ExpressionAttributeValues: defined({
        ...{ ':v': ITEM_VERSION, ':now': number(nowMs), ':one': number(1) },
        ':dead': number(seen.dead ?? 0),
        ...Object.fromEntries(Object.entries(set).map(([name, at]) => [`:${name}`, number(at)])),
      }),
    });
  }

  const share = shareCalls(async (additions: readonly Addition[]) => {
    const merged = new Map<string, Addition>();
    for (const one of additions) {
      const key = `${scopeKey(one.endpoint)} ${one.endpoint.endpointId}`;
      const known = merged.get(key);
      const dead = (known?.seen.dead ?? 0) + (one.seen.dead ?? 0);
      merged.set(key, { ...one, seen: { ...known?.seen, ...one.seen, dead } });
    }
    await inParallel([...merged.values()], DELETED_AT_ONCE, add);
    return additions.map(() => true);
  }, afterAMoment(FULL));

  return {
    async mark(endpoint, seen, nowMs) {
      await share([{ endpoint, seen, nowMs }]);
    },

    listMarks: (scope, limit, cursor) => page(markOf, partition(scope), `${BOOK}~`, limit, cursor),

    async dropMark(scope, { endpointId, count }) {
      await whenHolds(
        table.call('DeleteItem', {
          Key: markKey(scope, endpointId),
          ConditionExpression: 'n = :seen',
          ExpressionAttributeValues: { ':seen': number(count) },
        }),
      );
    },

    async getBook(scope) {
      const item = await getItem(table, bookKey(scope));
      const book = documentOf<NoticeBook>(item);
      return book ? { book, version: Number(item?.ver?.N) } : { book: EMPTY_BOOK, version: 0 };
    },

    putBook(scope, book, seenVersion) {
      const isFirst = seenVersion === 0;
      return whenHolds(
        table.call('UpdateItem', {
          Key: bookKey(scope),
          UpdateExpression: 'SET doc = :doc, ver = :next, v = :v',
          ConditionExpression: isFirst ? 'attribute_not_exists(ver)' : 'ver = :seen',
          ExpressionAttributeValues: defined({
            ':doc': text(JSON.stringify(book)),
            ':next': number(seenVersion + 1),
            ':v': ITEM_VERSION,
            ':seen': isFirst ? undefined : number(seenVersion),
          }),
        }),
      );
    },

    async clearNotices(scope, limit) {
      const { Items: items = [] } = await table.call('Query', {
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': text(partition(scope)) },
        ConsistentRead: true,
        Limit: limit,
      });
      await inParallel(items, DELETED_AT_ONCE, ({ sk }) =>
        table.call('DeleteItem', { Key: markKey(scope, sk?.S ?? '') }),
      );
      return items.length;
    },
  };
}

function markOf(item: Item): Mark | undefined {
  const { sk, mk, n, dd, fa, sl, ss, cr, cc } = readable(item);
  const read = (value: Item[string] | undefined) =>
    value?.N === undefined ? undefined : Number(value.N);
  return defined({
    endpointId: sk?.S ?? '',
    sinceMs: Number(mk?.N),
    count: Number(n?.N),
    dead: read(dd),
    failedAtMs: read(fa),
    slowAtMs: read(sl),
    slowSinceMs: read(ss),
    receiverExpiresAtMs: read(cr),
    clientExpiresAtMs: read(cc),
  });
}
