// Which hours say what a receiver answers now.
import { expect, it } from 'vitest';
import { HOUR_MS, hourOf } from '../../../lambdas/core/analytics/hour.ts';
import { emptyRollup } from '../../../lambdas/core/analytics/rollup.ts';
import type { HourRollup } from '../../../lambdas/core/analytics/store.ts';
import { answersIn } from '../../../lambdas/core/recommendations/facts.ts';
import { latelyOf } from '../../../lambdas/core/recommendations/lately.ts';
import { NOON_MS } from '../../builders/events.ts';

/** Probes of an hour, so many hours ago. */
function hour(back: number, outcome: string, count: number): HourRollup {
  const rollup = emptyRollup();
  rollup.outcomes[outcome] = { by: { probe: count }, firstAt: 0, lastAt: 0, last: ['', ''] };
  return { ...rollup, hour: hourOf(NOON_MS - back * HOUR_MS) };
}

it.each<[string, HourRollup[], number]>([
  ['all of the last six hours', [hour(1, 'tls', 500), hour(5, 'tls', 500)], 1_000],
  ['no hour before them where they have 20', [hour(5, 'tls', 20), hour(6, 'tls', 500)], 20],
  ['an hour before them where they have 19', [hour(5, 'tls', 19), hour(6, 'tls', 500)], 519],
  [
    'as many as have 20',
    [hour(2, 'tls', 1), hour(30, 'tls', 9), hour(40, 'tls', 10), hour(50, 'tls', 10)],
    20,
  ],
  [
    'nothing before a success',
    [hour(9, 'tls', 1), hour(30, 'http_200', 1), hour(40, 'tls', 50)],
    2,
  ],
  ['nothing of nothing', [], 0],
])('they are %s', (_name, hours, expected) => {
  expect(answersIn(latelyOf(hours, NOON_MS))).toBe(expected);
  expect(answersIn(latelyOf(hours.toReversed(), NOON_MS))).toBe(expected);
});
