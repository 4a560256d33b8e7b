import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  endOfHours,
  nextTimeOfDay,
  timeZoneSchema,
} from '../../../lambdas/core/notices/local-time.ts';

const at = (iso: string) => Date.parse(iso);
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16);

describe('the next time of day', () => {
  it.each([
    ['UTC', '08:00', '2026-06-01T07:59:59Z', '2026-06-01T08:00'],
    ['UTC', '08:00', '2026-06-01T08:00:00Z', '2026-06-02T08:00'],
    ['Europe/Berlin', '08:00', '2026-06-01T00:00:00Z', '2026-06-01T06:00'],
    ['Europe/Berlin', '08:00', '2026-12-01T00:00:00Z', '2026-12-01T07:00'],
    ['Asia/Kathmandu', '00:00', '2026-12-01T00:00:00Z', '2026-12-01T18:15'],
    ['Pacific/Auckland', '23:59', '2026-12-01T11:00:00Z', '2026-12-02T10:59'],
    // Clocks go forward, and back, in between.
    ['Europe/Berlin', '08:00', '2026-03-28T22:00:00Z', '2026-03-29T06:00'],
    ['Europe/Berlin', '08:00', '2026-10-24T22:00:00Z', '2026-10-25T07:00'],
    // 02:30 is left out on this day.
    ['Europe/Berlin', '02:30', '2026-03-28T23:00:00Z', '2026-03-29T00:30'],
  ])('in %s, %s after %s is %s', (zone, time, after, expected) => {
    expect(iso(nextTimeOfDay(zone, time, at(after)))).toBe(expected);
  });

  it('is always ahead, and by little more than a day', () => {
    const zones = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
    );
    fc.assert(
      fc.property(
        zones,
        fc.nat({ max: 23 }),
        fc.nat({ max: 59 }),
        fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-12-31T00:00:00Z') }),
        (zone, hour, minute, afterMs) => {
          const time = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
          const aheadMs = nextTimeOfDay(zone, time, afterMs) - afterMs;
          expect(aheadMs).toBeGreaterThan(0);
          expect(aheadMs).toBeLessThanOrEqual(25 * 3_600_000);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('hours', () => {
  const night = { from: '22:00', to: '07:00' };
  it.each([
    ['21:59', undefined],
    ['22:00', '2026-06-02T07:00'],
    ['23:30', '2026-06-02T07:00'],
    ['00:00', '2026-06-01T07:00'],
    ['06:59', '2026-06-01T07:00'],
    ['07:00', undefined],
  ])('over midnight, at %s, last until %s', (time, expected) => {
    const end = endOfHours('UTC', night, at(`2026-06-01T${time}:00Z`));
    expect(end && iso(end)).toBe(expected);
  });

  it('within a day end on it', () => {
    const noon = { from: '12:00', to: '13:00' };
    expect(endOfHours('Europe/Berlin', noon, at('2026-06-01T10:30:00Z'))).toBe(
      at('2026-06-01T11:00:00Z'),
    );
    expect(endOfHours('Europe/Berlin', noon, at('2026-06-01T11:00:00Z'))).toBeUndefined();
  });
});

it('a time zone is one of the database', () => {
  const isTaken = (name: string) => timeZoneSchema.safeParse(name).success;
  expect(['UTC', 'Europe/Berlin', 'Asia/Kolkata'].every(isTaken)).toBe(true);
  expect(['', 'Berlin', 'Europe/Nowhere', 'x'.repeat(65)].some(isTaken)).toBe(false);
});
