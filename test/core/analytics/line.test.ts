// What a write of a delivery adds to the archive.
import { describe, expect, it } from 'vitest';
import { hourOf } from '../../../lambdas/core/analytics/hour.ts';
import {
  decodeLine,
  encodeLine,
  hourOfLine,
  linesOf,
} from '../../../lambdas/core/analytics/line.ts';
import { freshDelivery } from '../../../lambdas/core/deliveries/advance.ts';
import type { Attempt, Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import { newRun } from '../../../lambdas/core/deliveries/new-run.ts';
import { settingsSchema } from '../../../lambdas/core/settings.ts';
import { anEvent, ENDPOINT_ID, NOON_MS } from '../../builders/events.ts';

const settings = settingsSchema.parse({});
const HOUR_MS = 3_600_000;

const attempt = (number: number, more: Partial<Attempt> = {}): Attempt => ({
  number,
  run: 1,
  cause: number === 1 ? 'first' : 'curve',
  atMs: NOON_MS + number * 1_000,
  durationMs: 35,
  outcome: 'http_500',
  ...more,
});

const fresh = freshDelivery(
  anEvent({ subject: 'a person', data: '{"name":"somebody"}' }),
  ENDPOINT_ID,
  settings,
  NOON_MS,
);
const failed: Delivery = { ...fresh, attempts: [attempt(1, { detail: 'from 10.0.0.1' })] };
const { dueAtMs, nextCause, workAtMs, ...past } = fresh;
const delivered: Delivery = {
  ...past,
  state: 'delivered',
  attempts: [
    attempt(1),
    attempt(2, {
      outcome: 'http_204',
      status: 204,
      phases: { dnsMs: 1, connectMs: 2, tlsMs: null, firstByteMs: 30 },
    }),
  ],
};

describe('a write of a delivery', () => {
  it('that made an attempt which failed is its line', () => {
    expect(linesOf(fresh, failed)).toEqual([
      {
        tenant: 'acme',
        environment: 'live',
        endpoint: ENDPOINT_ID,
        event: fresh.eventId,
        type: 'dossier.created',
        accepted: NOON_MS,
        run: 1,
        attempt: 1,
        attemptInRun: 1,
        cause: 'first',
        at: NOON_MS + 1_000,
        ms: 35,
        outcome: 'http_500',
      },
    ]);
  });

  it('that delivered it says so in the line of its attempt, with where the time went', () => {
    expect(linesOf(failed, delivered)).toEqual([
      expect.objectContaining({
        attempt: 2,
        outcome: 'http_204',
        dnsMs: 1,
        connectMs: 2,
        firstByteMs: 30,
        end: 'delivered',
        endedAt: NOON_MS + 2_035,
        attempts: 2,
      }),
    ]);
    expect(linesOf(failed, delivered)[0]).not.toHaveProperty('tlsMs');
  });

  it('has what is known of the latest attempt alone', () => {
    const lastSent = { bytes: 12, isSlow: true, bodyHash: 'hash' } as const;
    const [first, second] = linesOf(undefined, { ...delivered, lastSent });
    expect(second).toMatchObject({ attempt: 2, bytes: 12, lane: 'slow', bodyHash: 'hash' });
    expect(Object.keys(first ?? {})).not.toEqual(expect.arrayContaining(['bytes']));
    expect(linesOf(failed, { ...delivered, lastSent: { bytes: 0 } })[0]).not.toHaveProperty('lane');
  });

  it('that was not seen before has all of its attempts', () => {
    expect(linesOf(undefined, delivered).map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it.each<[string, Delivery | undefined, Delivery]>([
    ['that waits', undefined, fresh],
    ['under a lease', failed, { ...failed, lease: { untilMs: NOON_MS, holder: 'x' } }],
    ['that ended before', delivered, { ...delivered, redactedAtMs: NOON_MS }],
    ['whose message came twice', delivered, { ...delivered, attempts: [attempt(1)] }],
  ])('%s adds nothing', (_, before, after) => {
    expect(linesOf(before, after)).toEqual([]);
  });

  it('finds new attempts by their numbers where old ones dropped out of the list', () => {
    const before = { ...failed, attempts: [attempt(7), attempt(8)] };
    const after = { ...failed, attempts: [attempt(8), attempt(9)] };
    expect(linesOf(before, after).map(({ attempt }) => attempt)).toEqual([9]);
  });

  it('counts a run of its own from its first attempt', () => {
    const run = newRun(delivered, 'replay', settings, NOON_MS + HOUR_MS, 'rpl_1');
    const again = attempt(3, { run: 2, cause: 'replay', outcome: 'http_200' });
    const { dueAtMs, nextCause, workAtMs, ...ended } = run;
    const after: Delivery = { ...ended, state: 'delivered', attempts: [...run.attempts, again] };
    expect(linesOf(run, after)).toEqual([
      expect.objectContaining({
        run: 2,
        attempt: 3,
        attemptInRun: 1,
        replay: true,
        end: 'delivered',
        attempts: 1,
      }),
    ]);
  });

  it('says of each attempt whether a replay opened its run, and not whether one opened the latest', () => {
    const replayed: Delivery = {
      ...newRun(delivered, 'replay', settings, NOON_MS + HOUR_MS, 'rpl_1'),
      attempts: [
        ...delivered.attempts,
        attempt(3, { run: 2, cause: 'replay' }),
        attempt(4, { run: 2, cause: 'immediate' }),
      ],
    };
    const replays = (one: Delivery) => linesOf(undefined, one).map(({ replay = false }) => replay);
    expect(replays(replayed)).toEqual([false, false, true, true]);
    const again = newRun(replayed, 'manual', settings, NOON_MS + 2 * HOUR_MS);
    const retried = { ...again, attempts: [...again.attempts, attempt(5, { run: 3 })] };
    expect(replays(retried)).toEqual([false, false, true, true, false]);
    expect(linesOf({ ...replayed, attempts: replayed.attempts.slice(0, 3) }, replayed)).toEqual([
      expect.objectContaining({ attempt: 4, cause: 'immediate', replay: true }),
    ]);
  });
});

describe('an end without an attempt', () => {
  const { deadlineAtMs } = fresh;
  it.each<[string, Partial<Delivery>, number]>([
    ['by its deadline', { state: 'dead', deathReason: 'deadline' }, deadlineAtMs],
    [
      'with its event',
      { state: 'dead', deathReason: 'event_expired', endedAtMs: NOON_MS + 4 },
      NOON_MS + 4,
    ],
    ['by a cancellation', { state: 'cancelled', endedAtMs: NOON_MS + 5 }, NOON_MS + 5],
    ['by a redaction', { state: 'cancelled', redactedAtMs: NOON_MS + 6 }, NOON_MS + 6],
    ['by a cancellation, of an older version', { state: 'cancelled' }, NOON_MS + 1_035],
  ])('%s is a line of its own hour', (_, change, endedAt) => {
    const [line, ...others] = linesOf(failed, { ...failed, ...change });
    expect(others).toEqual([]);
    expect(line).toMatchObject({ end: change.state, endedAt, attempts: 1 });
    expect(line).not.toHaveProperty('attempt');
    expect(line && hourOfLine(line)).toBe(hourOf(endedAt));
  });

  it('by an attempt that came too late is of the attempt’s hour', () => {
    const { dueAtMs, nextCause, workAtMs, ...ended } = failed;
    const late: Delivery = { ...ended, state: 'dead', deathReason: 'deadline' };
    expect(linesOf(fresh, late)).toEqual([
      expect.objectContaining({
        attempt: 1,
        end: 'dead',
        reason: 'deadline',
        endedAt: NOON_MS + 1_035,
      }),
    ]);
  });
});

describe('a line', () => {
  it('is read as it was written', () => {
    for (const line of linesOf(undefined, delivered)) {
      expect(decodeLine(encodeLine(line))).toEqual(line);
    }
  });

  it('holds no subject, no data, no header and no words of a receiver', () => {
    const text = JSON.stringify(
      linesOf(undefined, {
        ...failed,
        lastResponse: { status: 500, headers: { x: 'secret' }, body: 'body' },
      }),
    );
    for (const part of ['a person', 'somebody', '10.0.0.1', 'secret', 'body']) {
      expect(text).not.toContain(part);
    }
  });

  it('of a later version is not read', () => {
    expect(() => decodeLine('{"v":2}')).toThrow('is of version 2');
  });
});
