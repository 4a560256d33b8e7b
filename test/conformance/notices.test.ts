// Marks and the book of notices, in memory and over DynamoDB.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableOf } from '../../lambdas/adapters/aws/dynamodb/calls.ts';
import { createNoticeLedger } from '../../lambdas/adapters/ledger/notices.ts';
import { EMPTY_BOOK } from '../../lambdas/core/notices/book.ts';
import type { NoticeLedger } from '../../lambdas/core/notices/ledger.ts';
import { createCallCounts } from '../../local/simulation/memory/call-counts.ts';
import {
  createMemoryDynamoDb,
  LEDGER_TABLE,
} from '../../local/simulation/memory/dynamodb/service.ts';
import { NOON_MS } from '../builders/events.ts';
import { LEDGERS, newId, openTable } from './ledgers.ts';

async function open(name: string) {
  if (name !== 'in memory') {
    const { dynamoDb, table, close } = await openTable(name);
    return { notices: createNoticeLedger(tableOf(dynamoDb, table)), close };
  }
  const dynamoDb = createMemoryDynamoDb(createCallCounts(), { nowMs: () => NOON_MS });
  return {
    notices: createNoticeLedger(tableOf(dynamoDb, LEDGER_TABLE)),
    close: async () => undefined,
  };
}

describe.each(LEDGERS)('%s', (name) => {
  let notices: NoticeLedger;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ notices, close } = await open(name));
  });
  afterAll(() => close());

  let count = 0;
  const newScope = () => ({ tenant: `acme-${++count}`, environment: 'live' as const });

  it('a mark adds up what was seen, also at once, and keeps since when', async () => {
    const scope = newScope();
    const endpoint = { ...scope, endpointId: newId('ep') };
    await notices.mark(endpoint, { failedAtMs: NOON_MS }, NOON_MS);
    await Promise.all(
      Array.from({ length: 30 }, () => notices.mark(endpoint, { dead: 1 }, NOON_MS + 5)),
    );
    await notices.mark(endpoint, { slowAtMs: NOON_MS + 6 }, NOON_MS + 6);
    const last = { slowAtMs: NOON_MS + 9, failedAtMs: NOON_MS + 9, clientExpiresAtMs: 7 };
    await notices.mark(endpoint, last, NOON_MS + 9);
    const { entries } = await notices.listMarks(scope, 10);
    const { count: _, ...mark } = entries[0] ?? { count: 0 };
    expect(mark).toEqual({
      endpointId: endpoint.endpointId,
      sinceMs: NOON_MS,
      dead: 30,
      failedAtMs: NOON_MS + 9,
      slowSinceMs: NOON_MS + 6,
      slowAtMs: NOON_MS + 9,
      clientExpiresAtMs: 7,
    });
  });

  it('a mark to which something was added is not taken away', async () => {
    const scope = newScope();
    const endpoint = { ...scope, endpointId: newId('ep') };
    await notices.mark(endpoint, { dead: 1 }, NOON_MS);
    const [seen] = (await notices.listMarks(scope, 10)).entries;
    await notices.mark(endpoint, { dead: 1 }, NOON_MS + 1);
    if (seen) await notices.dropMark(scope, seen);
    const [now] = (await notices.listMarks(scope, 10)).entries;
    expect(now?.dead).toBe(2);
    if (now) await notices.dropMark(scope, now);
    expect(await notices.listMarks(scope, 10)).toEqual({ entries: [] });
  });

  it('marks are listed by page, without the book', async () => {
    const scope = newScope();
    const ids = Array.from({ length: 5 }, () => newId('ep')).sort();
    for (const endpointId of ids) await notices.mark({ ...scope, endpointId }, {}, NOON_MS);
    await notices.putBook(scope, EMPTY_BOOK, 0);
    const first = await notices.listMarks(scope, 3);
    const second = await notices.listMarks(scope, 3, first.next);
    const listed = [...first.entries, ...second.entries].map(({ endpointId }) => endpointId);
    expect([listed, second.next]).toEqual([ids, undefined]);
    expect(await notices.listMarks(newScope(), 3)).toEqual({ entries: [] });
  });

  it('a book is written by whoever has read it', async () => {
    const scope = newScope();
    expect(await notices.getBook(scope)).toEqual({ book: EMPTY_BOOK, version: 0 });
    const book = { ...EMPTY_BOOK, wokenAtMs: NOON_MS };
    expect(await notices.putBook(scope, book, 0)).toBe(true);
    expect(await notices.putBook(scope, EMPTY_BOOK, 0)).toBe(false);
    expect(await notices.getBook(scope)).toEqual({ book, version: 1 });
    expect(await notices.putBook(scope, EMPTY_BOOK, 1)).toBe(true);
  });

  it('all of a scope is cleared, and nothing of another', async () => {
    const [scope, other] = [newScope(), newScope()];
    for (const one of [scope, other]) {
      await notices.putBook(one, EMPTY_BOOK, 0);
      await notices.mark({ ...one, endpointId: newId('ep') }, {}, NOON_MS);
    }
    expect(await notices.clearNotices(scope, 1)).toBe(1);
    expect(await notices.clearNotices(scope, 5)).toBe(1);
    expect(await notices.clearNotices(scope, 5)).toBe(0);
    expect((await notices.getBook(other)).version).toBe(1);
  });
});
