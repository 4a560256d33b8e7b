// Events and dedupe keys: what both ledgers must do alike.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DedupeEntry, StoredEvent } from '../../lambdas/core/events/ledger.ts';
import { anEvent, arbitraryEvent, NOON_MS } from '../builders/events.ts';
import { LEDGERS, type Ledger, newId, openLedger } from './ledgers.ts';

const DAY_MS = 86_400_000;

function aStoredEvent(changes: Partial<StoredEvent['event']> = {}): StoredEvent {
  const acceptedAtMs = changes.acceptedAtMs ?? NOON_MS;
  return { event: anEvent({ id: newId('evt', acceptedAtMs), ...changes }), targets: [newId('ep')] };
}

const refOf = ({ event }: StoredEvent) => ({ ...event, eventId: event.id });

describe.each(LEDGERS)('events %s', (name) => {
  let ledger: Ledger;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ ledger, close } = await openLedger(name));
  });
  afterAll(() => close());

  it('are read as they were put, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryEvent, fc.nat({ max: 3 }), async (event, count) => {
        const targets = Array.from({ length: count }, () => newId('ep'));
        const stored = { event: { ...event, id: newId('evt', event.acceptedAtMs) }, targets };
        expect(await ledger.putEvents([stored])).toEqual(new Set());
        const found = await ledger.getEvents([refOf(stored)]);
        expect(found.get(stored.event.id)).toEqual(stored);
      }),
      { numRuns: 60 },
    );
  });

  it('of a large batch are all put and all read, however often each is asked for', async () => {
    const stored = Array.from({ length: 130 }, () => aStoredEvent());
    await ledger.putEvents([...stored, ...stored.slice(0, 10)]);
    const missing = aStoredEvent();
    const found = await ledger.getEvents([...stored, ...stored, missing].map(refOf));
    expect(found.size).toBe(130);
    expect(found.has(missing.event.id)).toBe(false);
  });

  it('are not found in another tenant or environment', async () => {
    const stored = aStoredEvent();
    await ledger.putEvents([stored]);
    const others = [
      { ...refOf(stored), tenant: 'another' },
      { ...refOf(stored), environment: 'test' as const },
    ];
    expect((await ledger.getEvents(others)).size).toBe(0);
  });

  it('are put once: the first stays, and is given to whoever comes later', async () => {
    const first = aStoredEvent();
    expect(await ledger.putEventOnce(first)).toEqual(first);
    const second = { event: { ...first.event, data: '{"other":1}' }, targets: [newId('ep')] };
    expect(await ledger.putEventOnce(second)).toEqual(first);
    expect((await ledger.getEvents([refOf(first)])).get(first.event.id)).toEqual(first);
  });

  it('are kept longer on request, stored or not, and stay what they are', async () => {
    const stored = aStoredEvent();
    await ledger.putEvents([stored]);
    await ledger.keepUntil(refOf(stored), NOON_MS + 90 * DAY_MS);
    await ledger.keepUntil(refOf(stored), NOON_MS);
    const unstored = aStoredEvent();
    await ledger.keepUntil(refOf(unstored), NOON_MS + 90 * DAY_MS);
    const found = await ledger.getEvents([refOf(stored), refOf(unstored)]);
    expect([...found.values()]).toEqual([stored]);
  });

  it('are listed newest first, page by page, within a time, over all shards', async () => {
    const tenant = 'listed';
    const stored = Array.from({ length: 23 }, (_, index) =>
      aStoredEvent({ tenant, acceptedAtMs: NOON_MS + index * 1_000 }),
    );
    await ledger.putEvents([...stored, aStoredEvent({ tenant: 'another' })]);
    const scope = { tenant, environment: 'live' as const };
    const read = async (limit: number, range = {}): Promise<number[][]> => {
      const pages: number[][] = [];
      let cursor: string | undefined;
      do {
        const page = await ledger.listEvents(scope, range, limit, cursor);
        pages.push(page.entries.map(({ event }) => (event.acceptedAtMs - NOON_MS) / 1_000));
        cursor = page.next;
      } while (cursor !== undefined);
      return pages;
    };
    const all = Array.from({ length: 23 }, (_, index) => 22 - index);
    expect((await read(5)).flat()).toEqual(all);
    expect((await read(5)).map(({ length }) => length)).toEqual([5, 5, 5, 5, 3]);
    expect(await read(23)).toEqual([all]);
    expect((await read(1)).flat()).toEqual(all);
    const range = { sinceMs: NOON_MS + 4_000, untilMs: NOON_MS + 9_000 };
    expect((await read(2, range)).flat()).toEqual([8, 7, 6, 5, 4]);
    expect(await read(2, { sinceMs: NOON_MS + 60_000 })).toEqual([[]]);
    expect(await read(2, { sinceMs: NOON_MS + 9_000, untilMs: NOON_MS + 4_000 })).toEqual([[]]);
  });

  describe('a dedupe key', () => {
    const scope = { tenant: 'acme', environment: 'live' as const };
    const anEntry = (acceptedAtMs = NOON_MS): DedupeEntry => ({
      eventId: newId('evt', acceptedAtMs),
      bodyHash: 'ab'.repeat(32),
      acceptedAtMs,
    });

    it('is the first one’s for seven days, and free again after them', async () => {
      const first = anEntry();
      expect(await ledger.reserve(scope, 'order-1', first)).toEqual(first);
      expect(await ledger.reserve(scope, 'order-1', anEntry())).toEqual(first);
      const almost = anEntry(NOON_MS + 7 * DAY_MS - 2_000);
      expect(await ledger.reserve(scope, 'order-1', almost)).toEqual(first);
      const later = anEntry(NOON_MS + 7 * DAY_MS + 2_000);
      expect(await ledger.reserve(scope, 'order-1', later)).toEqual(later);
      expect(await ledger.reserve(scope, 'order-1', anEntry())).toEqual(later);
    });

    it('is another one in another tenant, environment and spelling', async () => {
      const first = anEntry();
      await ledger.reserve(scope, 'order-2', first);
      for (const [elsewhere, key] of [
        [{ ...scope, tenant: 'other' }, 'order-2'],
        [{ ...scope, environment: 'test' as const }, 'order-2'],
        [scope, 'Order-2'],
      ] as const) {
        const own = anEntry();
        expect(await ledger.reserve(elsewhere, key, own)).toEqual(own);
      }
    });

    it('is given to one of many that ask at once', async () => {
      const entries = Array.from({ length: 8 }, () => anEntry());
      const given = await Promise.all(
        entries.map((entry) => ledger.reserve(scope, 'order-3', entry)),
      );
      expect(new Set(given.map(({ eventId }) => eventId)).size).toBe(1);
    });
  });
});
