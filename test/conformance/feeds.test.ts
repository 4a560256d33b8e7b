// Polling feeds and latest events of subjects: what both ledgers must do alike.

import type { BatchWriteItemCommandInput } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DynamoDb } from '../../lambdas/adapters/aws/dynamodb/calls.ts';
import { tableOf } from '../../lambdas/adapters/aws/dynamodb/calls.ts';
import { createFeedLedger } from '../../lambdas/adapters/ledger/feed.ts';
import type { FeedEntry } from '../../lambdas/core/events/feed.ts';
import { startOf } from '../../lambdas/core/events/feed.ts';
import { anEvent, NOON_MS } from '../builders/events.ts';
import { LEDGERS, type Ledger, newId, openLedger, settings } from './ledgers.ts';

const LIVE = { tenant: 'acme', environment: 'live' } as const;
const anEntry = (endpointId: string, storedAtMs = NOON_MS): FeedEntry => ({
  ...LIVE,
  endpointId,
  eventId: newId('evt'),
  storedAtMs,
});

describe.each(LEDGERS)('feeds %s', (name) => {
  let ledger: Ledger;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ ledger, close } = await openLedger(name));
  });
  afterAll(() => close());

  it('are read in the order of their places, page by page, over all shards', async () => {
    const endpointId = newId('ep');
    // Several of one millisecond, and put in another order than they stand in.
    const entries = Array.from({ length: 130 }, (_, index) =>
      anEntry(endpointId, NOON_MS + Math.floor(index / 9)),
    );
    expect(await ledger.putFeed(entries.toReversed(), 5_000)).toEqual(new Set());
    expect(await ledger.putFeed(entries.slice(0, 3), 5_000)).toEqual(new Set());
    const expected = entries.toSorted((a, b) =>
      a.storedAtMs === b.storedAtMs
        ? a.eventId < b.eventId
          ? -1
          : 1
        : a.storedAtMs - b.storedAtMs,
    );
    for (const limit of [1, 7, 130, 200]) {
      const read: FeedEntry[] = [];
      let after = startOf(0);
      for (let more = true; more; ) {
        const page = await ledger.readFeed({ ...LIVE, endpointId }, after, '~', limit);
        expect(page.entries.length).toBeLessThanOrEqual(limit);
        read.push(...page.entries.map(({ place, ...entry }) => entry));
        after = page.entries.at(-1)?.place ?? after;
        more = page.more;
      }
      expect(read).toEqual(expected);
    }
  });

  it('end before a place, and are nobody else’s', async () => {
    const endpointId = newId('ep');
    const entries = [anEntry(endpointId, NOON_MS), anEntry(endpointId, NOON_MS + 10)];
    await ledger.putFeed(entries, 5_000);
    const read = async (endpoint: Parameters<Ledger['readFeed']>[0], before = '~') =>
      (await ledger.readFeed(endpoint, startOf(0), before, 10)).entries.map(
        ({ eventId }) => eventId,
      );
    expect(await read({ ...LIVE, endpointId }, startOf(NOON_MS + 10))).toEqual([
      entries[0]?.eventId,
    ]);
    expect(await read({ ...LIVE, endpointId }, startOf(NOON_MS))).toEqual([]);
    expect(await read({ ...LIVE, endpointId: newId('ep') })).toEqual([]);
    expect(await read({ ...LIVE, tenant: 'globex', endpointId })).toEqual([]);
    expect(await read({ ...LIVE, environment: 'test', endpointId })).toEqual([]);
  });

  it('the latest event of a subject stays the latest, whatever comes after it', async () => {
    const at = (seconds: number, type: string) =>
      anEvent({ id: newId('evt'), subject: 's-1', type, acceptedAtMs: NOON_MS + seconds * 1_000 });
    const [first, second, other] = [at(1, 'a'), at(2, 'a'), at(3, 'b')];
    await ledger.putLatest([second]);
    await ledger.putLatest([first, other]);
    await ledger.putLatest([second]);
    expect(await ledger.findLatest(LIVE, 's-1')).toBe(other.id);
    expect(await ledger.findLatest(LIVE, 's-1', 'a')).toBe(second.id);
    expect(await ledger.findLatest(LIVE, 's-1', 'c')).toBeUndefined();
    expect(await ledger.findLatest(LIVE, 's-2')).toBeUndefined();
    expect(await ledger.findLatest({ ...LIVE, tenant: 'globex' }, 's-1')).toBeUndefined();
  });
});

describe('a feed’s write', () => {
  it('that is not answered in time is given up, and said to be so', async () => {
    // A client whose calls for one of the endpoints never end, unless they are called off.
    const client = {
      call(_operation: string, input: BatchWriteItemCommandInput, signal: AbortSignal) {
        const isSlow = JSON.stringify(input.RequestItems).includes('ep_slow');
        if (!isSlow) return Promise.resolve({});
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('called off')));
        });
      },
    } as unknown as DynamoDb;
    const ledger = createFeedLedger(tableOf(client, 'ledger'), settings);
    const quick = Array.from({ length: 25 }, () => anEntry('ep_quick'));
    const refused = await ledger.putFeed([...quick, anEntry('ep_slow')], 50);
    expect(refused).toEqual(new Set([25]));
  });

  it('that fails is a fault', async () => {
    const client = {
      call: () => Promise.reject(new Error('denied')),
    } as unknown as DynamoDb;
    const ledger = createFeedLedger(tableOf(client, 'ledger'), settings);
    await expect(ledger.putFeed([anEntry('ep_1')], 5_000)).rejects.toThrow('denied');
  });
});
