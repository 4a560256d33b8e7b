import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { windowsAround } from '../../../lambdas/core/analytics/comparison.ts';
import { HOUR_MS } from '../../../lambdas/core/analytics/hour.ts';

const at = (time: string): number => Date.parse(`2026-01-31T${time}Z`);

describe('windows around a moment', () => {
  it.each([
    ['10:20', 24, '15:10', ['06:00', '10:00'], ['11:00', '15:00']],
    ['10:20', 2, '15:10', ['08:00', '10:00'], ['11:00', '13:00']],
    ['10:00', 24, '12:59', ['08:00', '10:00'], ['10:00', '12:00']],
    ['10:20', 24, '11:59', ['10:00', '10:00'], ['11:00', '11:00']],
    ['10:20', 24, '10:30', ['10:00', '10:00'], ['11:00', '11:00']],
  ])('at %s, of at most %i hours, seen at %s', (moment, hours, now, before, after) => {
    const span = ([from = '', to = '']: string[]) => ({ fromMs: at(from), toMs: at(to) });
    expect(windowsAround(at(moment), hours, at(now))).toEqual({
      before: span(before),
      after: span(after),
    });
  });

  it('are equally long, of whole hours, and without the hour of the moment and hours that last still', () => {
    const time = fc.integer({ min: 0, max: 200 * HOUR_MS });
    fc.assert(
      fc.property(time, fc.integer({ min: 1, max: 168 }), time, (moment, hours, since) => {
        const now = moment + since;
        const { before, after } = windowsAround(moment, hours, now);
        const length = after.toMs - after.fromMs;
        expect(before.toMs - before.fromMs).toBe(length);
        expect(length % HOUR_MS).toBe(0);
        expect(length).toBeLessThanOrEqual(hours * HOUR_MS);
        expect(before.toMs).toBeLessThanOrEqual(moment);
        expect(after.fromMs).toBeGreaterThanOrEqual(moment);
        if (length > 0) expect(after.toMs).toBeLessThanOrEqual(now);
        // No whole hour that is over was left out.
        if (length < hours * HOUR_MS) expect(after.toMs + HOUR_MS).toBeGreaterThan(now);
      }),
    );
  });
});
