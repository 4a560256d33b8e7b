import { describe, expect, it } from 'vitest';
import { isTimeZone, spansOf } from '../../../lambdas/core/analytics/spans.ts';

const HOUR_MS = 3_600_000;
const days = (from: string, to: string, timeZone: string) =>
  spansOf({ fromMs: Date.parse(from), toMs: Date.parse(to), granularity: '1d', timeZone }, 100);

describe('days', () => {
  it.each([
    ['UTC', '2026-03-28T00:00:00Z', 24],
    // The clock goes forward on the 29th of March 2026, and back on the 25th of October.
    ['Europe/Berlin', '2026-03-29T10:00:00Z', 23],
    ['Europe/Berlin', '2026-10-25T10:00:00Z', 25],
    ['Asia/Kolkata', '2026-03-29T10:00:00Z', 24],
    // By half an hour.
    ['Australia/Lord_Howe', '2026-04-05T10:00:00Z', 24],
  ])('in %s, of %s, last %d hours or half an hour more', (timeZone, at, hours) => {
    const [day] = days(at, at.replace(/\d\d:00:00Z/, '23:59:59Z'), timeZone);
    const length = ((day?.toMs ?? 0) - (day?.fromMs ?? 0)) / HOUR_MS;
    expect(length - hours).toBeGreaterThanOrEqual(0);
    expect(length - hours).toBeLessThanOrEqual(0.5);
    expect(day?.fromMs).toBeLessThanOrEqual(Date.parse(at));
    expect(day?.toMs).toBeGreaterThan(Date.parse(at));
  });

  it('of a year follow each other without a gap, each beginning at midnight', () => {
    const all = spansOf(
      {
        fromMs: Date.parse('2026-01-01T00:00:00Z'),
        toMs: Date.parse('2026-12-31T00:00:00Z'),
        granularity: '1d',
        timeZone: 'Europe/Berlin',
      },
      400,
    );
    const clock = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'Europe/Berlin',
      hour: '2-digit',
      minute: '2-digit',
    });
    for (const [index, { fromMs }] of all.entries()) {
      expect(clock.format(fromMs)).toBe('00:00');
      expect(fromMs).toBe(all[index - 1]?.toMs ?? fromMs);
    }
    expect(all).toHaveLength(365);
  });
});

it('a zone that is none is known as such', () => {
  expect(['UTC', 'Europe/Berlin', 'Nowhere', ''].map(isTimeZone)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
