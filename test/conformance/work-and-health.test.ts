// Listings, the index of what waits, the health of endpoints and their rate limits: what both ledgers must do alike.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import { CLEAN_HEALTH, type Health, recovering } from '../../lambdas/core/health/health.ts';
import type { EndpointAddress } from '../../lambdas/core/scope.ts';
import { NOON_MS } from '../builders/events.ts';
import { aDelivery, LEDGERS, type Ledger, newId, openLedger } from './ledgers.ts';

const anAddress = (): EndpointAddress => ({
  tenant: 'acme',
  environment: 'live',
  endpointId: newId('ep'),
});

describe.each(LEDGERS)('%s', (name) => {
  let ledger: Ledger;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ ledger, close } = await openLedger(name));
  });
  afterAll(() => close());

  it('deliveries are listed by endpoint, newest event first, page by page, within a time', async () => {
    const id = newId('ep');
    const times = Array.from({ length: 11 }, (_, index) => NOON_MS + index * 1_000);
    const deliveries = times.map((acceptedAtMs) => aDelivery({ acceptedAtMs, endpointId: id }));
    await ledger.putDeliveries([...deliveries, aDelivery()]);
    const endpoint = { id, tenant: 'acme', environment: 'live' as const };
    const range = { sinceMs: NOON_MS + 1_000, untilMs: NOON_MS + 9_000 };
    const pages: number[][] = [];
    let cursor: string | undefined;
    do {
      const page = await ledger.listDeliveries(endpoint, range, 3, cursor);
      pages.push(page.entries.map(({ acceptedAtMs }) => (acceptedAtMs - NOON_MS) / 1_000));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(pages).toEqual([
      [8, 7, 6],
      [5, 4, 3],
      [2, 1],
    ]);
  });

  describe('the index of what waits', () => {
    async function waitingAt(
      endpoint: EndpointAddress,
      times: readonly number[],
    ): Promise<Delivery[]> {
      const deliveries = times.map((workAtMs) =>
        aDelivery({ endpointId: endpoint.endpointId, workAtMs }),
      );
      await ledger.putDeliveries(deliveries);
      return deliveries;
    }

    it('lists what is due before a time, oldest first, up to a limit, over all shards', async () => {
      const endpoint = anAddress();
      const times = Array.from({ length: 40 }, (_, index) => NOON_MS + ((index * 17) % 40) * 10);
      const deliveries = await waitingAt(endpoint, times);
      await waitingAt(anAddress(), [NOON_MS]);
      const sorted = times.toSorted((a, b) => a - b);
      const list = async (beforeMs: number, limit: number, fromMs?: number) =>
        (await ledger.listDue(endpoint, beforeMs, limit, fromMs)).map(({ workAtMs }) => workAtMs);
      expect(await list(Number.MAX_SAFE_INTEGER, 100)).toEqual(sorted);
      expect(await list(Number.MAX_SAFE_INTEGER, 7)).toEqual(sorted.slice(0, 7));
      expect(await list(NOON_MS + 100, 100)).toEqual(sorted.slice(0, 10));
      expect(await list(NOON_MS + 101, 100)).toEqual(sorted.slice(0, 11));
      expect(await list(NOON_MS, 100)).toEqual([]);
      expect(await list(NOON_MS + 101, 100, NOON_MS + 30)).toEqual(sorted.slice(3, 11));
      expect(await list(NOON_MS + 101, 2, NOON_MS + 21)).toEqual(sorted.slice(3, 5));
      const [oldest] = await ledger.listDue(endpoint, NOON_MS + 1, 1);
      const { eventId } = deliveries.find(({ workAtMs }) => workAtMs === NOON_MS) ?? {};
      expect(oldest).toEqual({ ...endpoint, eventId, workAtMs: NOON_MS });
    });

    it('holds only what waits', async () => {
      const endpoint = anAddress();
      const [first, second, third] = await waitingAt(endpoint, [1, 2, 3]);
      if (!first || !second || !third) throw new Error('three were put');
      await ledger.settle(first, 'cancelled', NOON_MS);
      await ledger.settle({ ...second, deathReason: 'attempts' }, 'dead', NOON_MS);
      const due = await ledger.listDue(endpoint, Number.MAX_SAFE_INTEGER, 10);
      expect(due.map(({ eventId }) => eventId)).toEqual([third.eventId]);
    });

    it('gives an entry to one of those that take it, and moves it on', async () => {
      const endpoint = anAddress();
      const [delivery] = await waitingAt(endpoint, [NOON_MS]);
      const [entry] = await ledger.listDue(endpoint, NOON_MS + 1, 10);
      if (!entry || !delivery) throw new Error('it waits');
      const untilMs = NOON_MS + 600_000;
      const taken = await Promise.all([1, 2, 3].map(() => ledger.take(entry, untilMs)));
      expect(taken.filter((found) => found !== undefined)).toEqual([
        { ...delivery, workAtMs: untilMs },
      ]);
      expect(await ledger.listDue(endpoint, untilMs, 10)).toEqual([]);
      expect(await ledger.listDue(endpoint, untilMs + 1, 10)).toHaveLength(1);
    });

    it('gives nothing that ended or moved since it was listed', async () => {
      const endpoint = anAddress();
      const [first, second] = await waitingAt(endpoint, [NOON_MS, NOON_MS + 1]);
      const entries = await ledger.listDue(endpoint, NOON_MS + 2, 10);
      if (!first || !second) throw new Error('two were put');
      await ledger.settle(first, 'cancelled', NOON_MS);
      await ledger.putDeliveries([{ ...second, workAtMs: NOON_MS + 9 }]);
      const untilMs = NOON_MS + 600_000;
      const taken = await Promise.all(entries.map((entry) => ledger.take(entry, untilMs)));
      expect(taken).toEqual([undefined, undefined]);
      const gone = { ...endpoint, eventId: newId('evt'), workAtMs: NOON_MS };
      expect(await ledger.take(gone, untilMs)).toBeUndefined();
    });
  });

  describe('the health of an endpoint', () => {
    it('is clean until it is written, and as it was written then', async () => {
      const endpoint = anAddress();
      expect(await ledger.getHealth(endpoint)).toEqual({ health: CLEAN_HEALTH, version: 0 });
      const health: Health = { ...recovering(NOON_MS), lastSuccessAtMs: NOON_MS - 1 };
      expect(await ledger.putHealth(endpoint, health, 0)).toBe(true);
      expect(await ledger.getHealth(endpoint)).toEqual({ health, version: 1 });
    });

    it('is written by one of those that saw the same', async () => {
      const endpoint = anAddress();
      const put = (failures: number, seen: number) =>
        ledger.putHealth(endpoint, { ...CLEAN_HEALTH, failures }, seen);
      const first = await Promise.all([put(1, 0), put(2, 0), put(3, 0)]);
      expect(first.filter(Boolean)).toHaveLength(1);
      expect(await put(9, 0)).toBe(false);
      expect(await put(9, 2)).toBe(false);
      expect(await put(9, 1)).toBe(true);
      expect(await ledger.getHealth(endpoint)).toMatchObject({
        version: 2,
        health: { failures: 9 },
      });
    });

    it('is read for several at once, without those that were never written', async () => {
      const [sick, unknown] = [anAddress(), anAddress()];
      await ledger.putHealth(sick, { ...CLEAN_HEALTH, failures: 4 }, 0);
      const found = await ledger.getHealths([sick, unknown]);
      expect([...found]).toEqual([[sick.endpointId, { ...CLEAN_HEALTH, failures: 4 }]]);
    });
  });

  describe('the slots of a rate limit', () => {
    const idle = { seenMs: 0, nowMs: NOON_MS, latestMs: 0 };

    it('begin now after an idle time, and are taken once', async () => {
      const endpoint = anAddress();
      expect(await ledger.getRate(endpoint)).toEqual({ sent: 0, released: 0 });
      expect(await ledger.reserveSlots(endpoint, 'sent', { ...idle, spanMs: 500 })).toBe(NOON_MS);
      expect(await ledger.reserveSlots(endpoint, 'sent', { ...idle, spanMs: 9 })).toBeUndefined();
      expect(await ledger.getRate(endpoint)).toEqual({ sent: NOON_MS + 500, released: 0 });
      const nowMs = NOON_MS + 500;
      const again = { seenMs: nowMs, nowMs, latestMs: 0, spanMs: 1 };
      expect(await ledger.reserveSlots(endpoint, 'sent', again)).toBe(nowMs);
    });

    it('follow one another without overlap, whoever takes them, up to the latest', async () => {
      const endpoint = anAddress();
      await ledger.reserveSlots(endpoint, 'sent', { ...idle, spanMs: 100 });
      const asked = { seenMs: NOON_MS + 100, nowMs: NOON_MS, latestMs: NOON_MS + 400, spanMs: 100 };
      const taken = await Promise.all(
        Array.from({ length: 6 }, () => ledger.reserveSlots(endpoint, 'sent', asked)),
      );
      const slots = taken.map((firstMs) => (firstMs ?? 0) - NOON_MS).toSorted((a, b) => a - b);
      expect(slots).toEqual([-NOON_MS, -NOON_MS, 100, 200, 300, 400]);
    });

    it('are each endpoint’s own and each use’s own, also at rates that do not divide', async () => {
      const [one, other] = [anAddress(), anAddress()];
      const third = { ...idle, spanMs: 1000 / 3 };
      for (const [endpoint, use] of [
        [one, 'sent'],
        [one, 'released'],
        [other, 'sent'],
      ] as const) {
        expect(await ledger.reserveSlots(endpoint, use, third)).toBeCloseTo(NOON_MS, 2);
      }
      const next = { ...third, seenMs: NOON_MS + 333, latestMs: NOON_MS + 1_000 };
      expect(await ledger.reserveSlots(one, 'sent', next)).toBeCloseTo(NOON_MS + 333.333, 2);
    });

    it('are not taken from what moved on in the meantime', async () => {
      const endpoint = anAddress();
      const book = (seenMs: number) => ({ seenMs, nowMs: NOON_MS, latestMs: seenMs, spanMs: 60 });
      expect(await ledger.reserveSlots(endpoint, 'released', book(0))).toBe(NOON_MS);
      const taken = [60, 60, 120].map((after) => book(NOON_MS + after));
      const firsts: unknown[] = [];
      for (const slots of taken)
        firsts.push(await ledger.reserveSlots(endpoint, 'released', slots));
      expect(firsts).toEqual([NOON_MS + 60, undefined, NOON_MS + 120]);
    });
  });
});
