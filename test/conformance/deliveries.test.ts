// Deliveries: what both ledgers must do alike.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import { deliveryIdOf } from '../../lambdas/core/identifiers.ts';
import { NOON_MS } from '../builders/events.ts';
import { aClaim, aDelivery, anAttempt, LEDGERS, type Ledger, openLedger } from './ledgers.ts';

describe.each(LEDGERS)('deliveries %s', (name) => {
  let ledger: Ledger;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ ledger, close } = await openLedger(name));
  });
  afterAll(() => close());

  async function stored(changes: Partial<Delivery> = {}): Promise<Delivery> {
    const delivery = aDelivery(changes);
    await ledger.putDeliveries([delivery]);
    return delivery;
  }

  async function read(delivery: Delivery): Promise<Delivery | undefined> {
    const found = await ledger.getDeliveries([delivery]);
    return found.get(deliveryIdOf(delivery.eventId, delivery.endpointId));
  }

  /** Whether anything waits at the delivery's endpoint, and when. */
  async function waitsAt(delivery: Delivery): Promise<number[]> {
    const due = await ledger.listDue(delivery, Number.MAX_SAFE_INTEGER, 10);
    return due.map(({ workAtMs }) => workAtMs);
  }

  describe('that are put', () => {
    it('are read as they were, whatever they hold', async () => {
      const text = fc.string({ maxLength: 30 });
      const anyDelivery = fc
        .record({
          state: fc.constantFrom('waiting' as const, 'delivered', 'dead', 'cancelled'),
          run: fc.integer({ min: 1, max: 9 }),
          attemptsBeforeRun: fc.nat({ max: 9 }),
          attempts: fc.array(
            fc.record({ detail: text, status: fc.integer({ min: 100, max: 599 }) }),
            {
              maxLength: 5,
            },
          ),
          anchorMs: fc.option(fc.nat(), { nil: undefined }),
          recordedBy: fc.option(text, { nil: undefined }),
          lastResponse: fc.option(
            fc.record({ status: fc.nat(), headers: fc.dictionary(text, text), body: text }),
            { nil: undefined },
          ),
        })
        .map(({ attempts, anchorMs, recordedBy, lastResponse, ...rest }) => {
          const delivery = aDelivery(rest);
          const { workAtMs, ...atRest } = delivery;
          return {
            ...(rest.state === 'waiting' ? delivery : atRest),
            attempts: attempts.map((attempt, index) => anAttempt(index + 1, attempt)),
            ...(anchorMs === undefined ? {} : { anchorMs }),
            ...(recordedBy ? { recordedBy } : {}),
            ...(lastResponse === undefined ? {} : { lastResponse }),
            ...(rest.state === 'dead' ? { deathReason: 'deadline' as const } : {}),
          };
        });
      await fc.assert(
        fc.asyncProperty(anyDelivery, async (delivery) => {
          expect(await ledger.putDeliveries([delivery])).toEqual(new Set());
          expect(await read(delivery)).toEqual(delivery);
        }),
        { numRuns: 60 },
      );
    });

    // Regression: an item of some 4,000 attempts could not be written any more.
    it('keep the newest 200 attempts, the number of all, and when the first was made', async () => {
      const holder = 'message-1/request-1';
      const attempts = Array.from({ length: 10_000 }, (_, index) => anAttempt(index + 1));
      const delivery = await stored({ attempts: attempts.slice(0, -1), attemptsBeforeRun: 9_990 });
      await ledger.claim(aClaim(delivery, { attempt: 10_000, holder }));
      const claimed = await read(delivery);
      expect(claimed?.attempts).toEqual(attempts.slice(-201, -1));
      const after = { ...delivery, attempts: [...(claimed?.attempts ?? []), anAttempt(10_000)] };
      expect(await ledger.recordClaimed({ ...claimed, ...after }, holder)).toBe(true);
      const found = await read(delivery);
      expect(found?.attempts).toEqual(attempts.slice(-200));
      expect(found?.firstAttemptAtMs).toBe(attempts[0]?.atMs);
      const due = { ...aClaim(delivery), attempt: 10_000, nowMs: NOON_MS + 20_000 };
      expect(await ledger.claim(due)).toMatchObject({ kind: 'past' });
    });

    it('replace what was there, and only once each in a batch', async () => {
      const delivery = await stored();
      const after: Delivery = { ...delivery, state: 'cancelled' };
      await ledger.putDeliveries([after, after]);
      expect((await read(delivery))?.state).toBe('cancelled');
      expect(await waitsAt(delivery)).toEqual([]);
    });

    it('are put once: the second is refused, unless it is the same message again', async () => {
      const delivery = aDelivery({ recordedBy: 'm-1/r-1', attempts: [anAttempt(1)] });
      expect(await ledger.putDeliveryOnce(delivery)).toBe(true);
      expect(await ledger.putDeliveryOnce({ ...delivery, recordedBy: 'm-2/r-1' })).toBe(false);
      expect(await ledger.putDeliveryOnce(delivery)).toBe(true);
      const { recordedBy, ...anonymous } = delivery;
      expect(await ledger.putDeliveryOnce(anonymous)).toBe(false);
      expect((await read(delivery))?.recordedBy).toBe('m-1/r-1');
    });

    // Regression: cancelled or redacted while its first attempt was under way, which failed then.
    it('add their attempt to what was cancelled meanwhile, and change nothing else', async () => {
      const { attempts, recordedBy, ...fresh } = aDelivery({ state: 'waiting' });
      const cancelled = { ...fresh, attempts: [], redactedAtMs: NOON_MS };
      expect(await ledger.settle(cancelled, 'cancelled', NOON_MS)).toBe(true);
      const before = await read(cancelled);
      const failed = { ...fresh, attempts: [anAttempt(1)], recordedBy: 'm-1/r-1' };
      expect(await ledger.putDeliveryOnce(failed)).toBe(false);
      const after = { ...before, attempts: [anAttempt(1)], recordedBy: 'm-1/r-1' };
      expect(await read(cancelled)).toEqual(after);
      // And once only.
      expect(await ledger.putDeliveryOnce({ ...failed, recordedBy: 'm-2/r-1' })).toBe(false);
      expect(await read(cancelled)).toEqual(after);
    });

    it('are missing in the answer when they are not there', async () => {
      const delivery = await stored();
      const other = aDelivery();
      const found = await ledger.getDeliveries([delivery, other, delivery]);
      expect([...found.keys()]).toEqual([deliveryIdOf(delivery.eventId, delivery.endpointId)]);
      const elsewhere = { ...delivery, tenant: 'another' };
      expect((await ledger.getDeliveries([elsewhere])).size).toBe(0);
    });
  });

  describe('a claim', () => {
    it('of a delivery that is not stored stores the fresh one, with the lease', async () => {
      const fresh = aDelivery();
      const claim = await ledger.claim(aClaim(fresh, { fresh }));
      const lease = { holder: 'message-1/request-1', untilMs: NOON_MS + 15_000 };
      expect(claim).toEqual({ kind: 'claimed', delivery: { ...fresh, lease } });
      expect(await read(fresh)).toEqual({ ...fresh, lease });
      expect(await waitsAt(fresh)).toEqual([fresh.workAtMs]);
    });

    it('of a delivery that is not stored finds it missing without a fresh one', async () => {
      expect(await ledger.claim(aClaim(aDelivery()))).toEqual({ kind: 'missing' });
    });

    it('of the next attempt takes the lease and changes nothing else', async () => {
      const delivery = await stored({ attempts: [anAttempt(1)] });
      const claim = await ledger.claim(
        aClaim(delivery, { fresh: aDelivery({ ...delivery, attempts: [] }) }),
      );
      const lease = { holder: 'message-1/request-1', untilMs: NOON_MS + 15_000 };
      expect(claim).toEqual({ kind: 'claimed', delivery: { ...delivery, lease } });
      expect(await read(delivery)).toEqual({ ...delivery, lease });
    });

    it('binds the delivery to a version, and whoever claims later finds it', async () => {
      const later = { nowMs: NOON_MS + 60_000, leaseUntilMs: NOON_MS + 70_000, holder: 'm-2/r-2' };
      const versionsOf = async (fresh: Delivery, bound: Partial<Delivery> = {}) => {
        const asked = { ...fresh, ...bound };
        const { transformVersion } = asked;
        const first = await ledger.claim(aClaim(fresh, { fresh: asked, transformVersion }));
        const second = await ledger.claim(aClaim(fresh, { ...later, transformVersion: 'other' }));
        return [first, second].map((claim) => Object(claim).delivery.transformVersion);
      };
      expect(await versionsOf(aDelivery(), { transformVersion: 'v1' })).toEqual(['v1', 'v1']);
      // At rest it was bound to nothing.
      const resting = await stored();
      expect(await versionsOf(resting, { transformVersion: 'v1' })).toEqual(['v1', 'v1']);
      expect(await versionsOf(aDelivery())).toEqual([undefined, 'other']);
    });

    it('is held by another holder until its lease is over', async () => {
      const delivery = await stored();
      await ledger.claim(aClaim(delivery));
      const other = { holder: 'message-2/request-9' };
      const held = { kind: 'held', untilMs: NOON_MS + 15_000 };
      expect(await ledger.claim(aClaim(delivery, other))).toEqual(held);
      const last = { ...other, nowMs: NOON_MS + 15_000, leaseUntilMs: NOON_MS + 30_000 };
      expect(await ledger.claim(aClaim(delivery, last))).toEqual(held);
      const after = { ...last, nowMs: NOON_MS + 15_001 };
      expect(await ledger.claim(aClaim(delivery, after))).toMatchObject({ kind: 'claimed' });
      expect((await read(delivery))?.lease?.holder).toBe('message-2/request-9');
    });

    it('is the own holder’s again: the answer to its first may have been lost', async () => {
      const delivery = await stored();
      await ledger.claim(aClaim(delivery));
      expect(await ledger.claim(aClaim(delivery))).toMatchObject({ kind: 'claimed' });
    });

    it.each<[string, Partial<Delivery>, { run?: number; attempt?: number }]>([
      ['of a recorded attempt', { attempts: [anAttempt(1)] }, { attempt: 1 }],
      ['of an earlier attempt', { attempts: [anAttempt(1), anAttempt(2)] }, { attempt: 1 }],
      ['of an earlier run', { run: 2 }, { run: 1 }],
      ['of a delivered delivery', { state: 'delivered' }, {}],
      ['of a cancelled delivery', { state: 'cancelled' }, {}],
      ['of a dead delivery', { state: 'dead', deathReason: 'attempts' }, {}],
    ])('%s is past', async (_, changes, claimed) => {
      const { workAtMs, ...rest } = aDelivery(changes);
      const delivery = rest.state === 'waiting' ? { ...rest, workAtMs: NOON_MS } : rest;
      await ledger.putDeliveries([delivery]);
      expect(await ledger.claim(aClaim(delivery, claimed))).toEqual({ kind: 'past', delivery });
      expect(await read(delivery)).toEqual(delivery);
    });

    it('of an attempt beyond the next one finds it missing, or held while another sends', async () => {
      const delivery = await stored({ attempts: [anAttempt(1)] });
      expect(await ledger.claim(aClaim(delivery, { attempt: 3 }))).toEqual({ kind: 'missing' });
      expect(await ledger.claim(aClaim(delivery, { run: 2 }))).toEqual({ kind: 'missing' });
      await ledger.claim(aClaim(delivery));
      const beyond = aClaim(delivery, { attempt: 3, holder: 'message-3/request-1' });
      expect(await ledger.claim(beyond)).toMatchObject({ kind: 'held' });
    });
  });

  describe('what a claimed attempt led to', () => {
    it('is recorded by the holder, and again by the holder', async () => {
      const delivery = await stored();
      await ledger.claim(aClaim(delivery));
      const holder = 'message-1/request-1';
      const after: Delivery = { ...delivery, attempts: [anAttempt(1)], recordedBy: holder };
      expect(await ledger.recordClaimed(after, holder)).toBe(true);
      expect(await read(delivery)).toEqual(after);
      expect(await ledger.recordClaimed(after, holder)).toBe(true);
    });

    it('is not recorded when another took the claim over, or ended the delivery', async () => {
      const delivery = await stored();
      await ledger.claim(aClaim(delivery));
      const late = { nowMs: NOON_MS + 20_000, leaseUntilMs: NOON_MS + 40_000 };
      await ledger.claim(aClaim(delivery, { ...late, holder: 'message-2/request-1' }));
      const lost: Delivery = {
        ...delivery,
        attempts: [anAttempt(1)],
        recordedBy: 'message-1/request-1',
      };
      expect(await ledger.recordClaimed(lost, 'message-1/request-1')).toBe(false);
      expect((await read(delivery))?.attempts).toEqual([]);
      expect(await ledger.settle(delivery, 'cancelled', NOON_MS + 40_001)).toBe(true);
      const ended: Delivery = { ...lost, recordedBy: 'message-2/request-1' };
      expect(await ledger.recordClaimed(ended, 'message-2/request-1')).toBe(false);
      expect((await read(delivery))?.state).toBe('cancelled');
    });
  });

  describe('a delivery that comes to rest', () => {
    const rest = (delivery: Delivery, changes: Partial<Parameters<Ledger['rest']>[0]> = {}) =>
      ledger.rest({
        ref: delivery,
        fresh: undefined,
        run: delivery.run,
        attempt: delivery.attempts.length + 1,
        nowMs: NOON_MS,
        ...changes,
      });

    it('stands in the index at its due time, stored or not', async () => {
      const unstored = aDelivery({ dueAtMs: NOON_MS - 70 });
      await rest(unstored, { fresh: unstored });
      expect(await waitsAt(unstored)).toEqual([NOON_MS - 70]);
      const waiting = await stored({ dueAtMs: NOON_MS + 99, workAtMs: NOON_MS + 600_099 });
      await rest(waiting);
      expect(await waitsAt(waiting)).toEqual([NOON_MS + 99]);
    });

    it('stays where it is when it moved on, is being attempted, or is unknown', async () => {
      const moved = await stored({ attempts: [anAttempt(1)], workAtMs: NOON_MS + 5 });
      await rest(moved, { attempt: 1, fresh: aDelivery({ ...moved, attempts: [] }) });
      await rest(moved, { run: 2 });
      const held = await stored({ workAtMs: NOON_MS + 6 });
      await ledger.claim(aClaim(held));
      await rest(held);
      const unknown = aDelivery();
      await rest(unknown);
      expect([await waitsAt(moved), await waitsAt(held), await waitsAt(unknown)]).toEqual([
        [NOON_MS + 5],
        [NOON_MS + 6],
        [],
      ]);
      await rest(held, { nowMs: NOON_MS + 15_001 });
      expect(await waitsAt(held)).toEqual([held.dueAtMs]);
    });
  });

  describe('a new run', () => {
    it('is opened on what was seen, once', async () => {
      const { workAtMs, ...dead } = aDelivery({ state: 'dead', attempts: [anAttempt(1)] });
      await ledger.putDeliveries([dead]);
      const opened: Delivery = {
        ...dead,
        state: 'waiting',
        run: 2,
        attemptsBeforeRun: 1,
        workAtMs: NOON_MS,
      };
      expect(await ledger.openRun({ ...opened, attempts: [] }, 1)).toBe(false);
      expect(await ledger.openRun(opened, 1)).toBe(true);
      expect(await ledger.openRun(opened, 1)).toBe(false);
      expect(await read(dead)).toEqual(opened);
      expect(await ledger.openRun(aDelivery({ run: 2 }), 1)).toBe(false);
    });

    it('is not opened for a redacted delivery: there is nothing left to send', async () => {
      const { workAtMs, ...rest } = aDelivery({ state: 'cancelled', redactedAtMs: NOON_MS });
      await ledger.putDeliveries([rest]);
      const opened: Delivery = { ...rest, state: 'waiting', run: 2, workAtMs: NOON_MS };
      expect(await ledger.openRun(opened, 1)).toBe(false);
      expect(await read(rest)).toEqual(rest);
    });

    // Regression: a run that was opened beside an attempt lost that attempt's outcome.
    it('is not opened while an attempt may be under way', async () => {
      const lease = { untilMs: NOON_MS + 15_000, holder: 'message-1/request-1' };
      const waiting = await stored({ attempts: [anAttempt(1)], lease });
      const { lease: _, ...rest } = waiting;
      const openedAt = (nowMs: number) => ({
        ...rest,
        run: 2,
        attemptsBeforeRun: 1,
        dueAtMs: nowMs,
        workAtMs: nowMs + 600_000,
      });
      expect(await ledger.openRun(openedAt(NOON_MS + 14_000), 1)).toBe(false);
      expect(await read(waiting)).toEqual(waiting);
      expect(await ledger.openRun(openedAt(NOON_MS + 16_000), 1)).toBe(true);
      expect((await read(waiting))?.run).toBe(2);
    });
  });

  describe('a delivery that is settled', () => {
    it('ends as it is told, out of the index, if it waits as it was seen or is not stored', async () => {
      const delivery = await stored({ attempts: [anAttempt(1)] });
      expect(await ledger.settle({ ...delivery, attempts: [] }, 'cancelled', NOON_MS)).toBe(false);
      expect(await ledger.settle({ ...delivery, run: 2 }, 'cancelled', NOON_MS)).toBe(false);
      expect(await ledger.settle({ ...delivery, deathReason: 'deadline' }, 'dead', NOON_MS)).toBe(
        true,
      );
      expect(await ledger.settle(delivery, 'cancelled', NOON_MS)).toBe(false);
      const { nextCause, workAtMs, ...lasting } = delivery;
      expect(await read(delivery)).toEqual({ ...lasting, state: 'dead', deathReason: 'deadline' });
      expect(await waitsAt(delivery)).toEqual([]);
      const unstored = aDelivery();
      expect(await ledger.settle(unstored, 'cancelled', NOON_MS)).toBe(true);
      expect((await read(unstored))?.state).toBe('cancelled');
    });

    // Regression: the attempt under way was erased, and its outcome found no place.
    it.each(['cancelled', 'dead'] as const)(
      'does not become %s while an attempt is under way, of which the outcome is recorded',
      async (state) => {
        const delivery = await stored();
        const holder = 'message-1/request-1';
        const claim = await ledger.claim(aClaim(delivery, { holder }));
        // As it was seen before the claim, and after it.
        expect(await ledger.settle(delivery, state, NOON_MS + 15_000)).toBe(false);
        const claimed = claim.kind === 'claimed' ? claim.delivery : delivery;
        expect(await ledger.settle(claimed, state, NOON_MS + 15_000)).toBe(false);
        const { lease, ...rest } = claimed;
        const after: Delivery = { ...rest, attempts: [anAttempt(1)], recordedBy: holder };
        expect(await ledger.recordClaimed(after, holder)).toBe(true);
        expect(await read(delivery)).toEqual(after);
      },
    );

    it('ends once the lease of an attempt is over', async () => {
      const delivery = await stored();
      await ledger.claim(aClaim(delivery));
      expect(await ledger.settle(delivery, 'cancelled', NOON_MS + 15_001)).toBe(true);
      expect((await read(delivery))?.lease).toBeUndefined();
    });
  });
});
