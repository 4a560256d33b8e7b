// Hours and five minutes, each to one span.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HOUR_MS, hourOf, hourStartMs, SLOT_MS } from '../../../lambdas/core/analytics/hour.ts';
import { emptyRollup, type Slot } from '../../../lambdas/core/analytics/rollup.ts';
import { splitBySpans } from '../../../lambdas/core/analytics/series.ts';
import { GRANULARITIES, spansOf } from '../../../lambdas/core/analytics/spans.ts';
import type { HourRollup } from '../../../lambdas/core/analytics/store.ts';
import { DAY_MS } from '../../../lambdas/core/time.ts';

const START_MS = Date.parse('2026-03-25T00:00:00Z');
const ZONES = ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Asia/Kathmandu'];

/** An hour with one attempt in each of these five minutes. */
function hourAt(atMs: number, slots: readonly number[]): HourRollup {
  const counts: Slot = [1, 1, 20, 1, 0, 0];
  const bySlot = Object.fromEntries(slots.map((slot) => [slot, counts]));
  return { ...emptyRollup(), slots: bySlot, hour: hourOf(atMs) };
}

const anyHours = fc
  .uniqueArray(fc.nat({ max: 24 * 10 }), { maxLength: 60 })
  .chain((places) =>
    fc.tuple(
      ...places.map((place) =>
        fc
          .uniqueArray(fc.nat({ max: 11 }))
          .map((slots) => hourAt(START_MS + place * HOUR_MS, slots)),
      ),
    ),
  );

const anyWindow = fc
  .record({
    fromMs: fc.nat({ max: 9 * DAY_MS }).map((ms) => START_MS + ms),
    lengthMs: fc.integer({ min: 1, max: 5 * DAY_MS }),
    granularity: fc.constantFrom(...GRANULARITIES),
    timeZone: fc.constantFrom(...ZONES),
  })
  .map(({ lengthMs, ...window }) => ({ ...window, toMs: window.fromMs + lengthMs }));

it('a span has the five minutes that begin in it, and the hours of which it has most', () => {
  fc.assert(
    fc.property(anyHours, anyWindow, (hours, window) => {
      const spans = spansOf(window, 2_000);
      for (const { span, hours: some, counts } of splitBySpans(spans, hours)) {
        const isIn = (atMs: number) => atMs >= span.fromMs && atMs < span.toMs;
        const begun = hours.flatMap(({ hour, slots }) =>
          Object.keys(slots).filter((slot) => isIn(hourStartMs(hour) + Number(slot) * SLOT_MS)),
        );
        expect(counts[0]).toBe(begun.length);
        const nearest = (atMs: number) => Math.round(atMs / HOUR_MS) * HOUR_MS;
        const most = hours.filter(({ hour }) => {
          const startMs = hourStartMs(hour);
          return startMs >= nearest(span.fromMs) && startMs < nearest(span.toMs);
        });
        if (window.granularity !== '5m') expect(some).toEqual(most);
      }
    }),
  );
});

it('each hour is looked at as often, however many spans there are', () => {
  const looks = (days: number): number => {
    let count = 0;
    const hours = Array.from({ length: 24 }, (_, n) => {
      const one = hourAt(START_MS + n * HOUR_MS, [0, 5]);
      return Object.defineProperty({ ...one }, 'hour', {
        get() {
          count++;
          return one.hour;
        },
      });
    });
    const window = { fromMs: START_MS, toMs: START_MS + days * DAY_MS };
    splitBySpans(spansOf({ ...window, granularity: '1h', timeZone: 'UTC' }, 2_000), hours);
    return count;
  };
  expect(looks(80)).toBe(looks(1));
});
