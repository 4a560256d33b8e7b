// A day is the sum of its hours, in the form of one of them.
import { expect, it } from 'vitest';
import { type CountedRollup, HourCount } from '../../../lambdas/core/analytics/counting.ts';
import { dayRollup, dayStartMs, hasItsHours } from '../../../lambdas/core/analytics/day.ts';
import { quantile } from '../../../lambdas/core/analytics/histogram.ts';
import { hourOf } from '../../../lambdas/core/analytics/hour.ts';
import type { Line } from '../../../lambdas/core/analytics/line.ts';
import { DAY_MS } from '../../../lambdas/core/time.ts';

const DAY = '2026-11-30';
const HOUR_MS = 3_600_000;

/** The rollup of the one endpoint, or of its tenant. */
function counted(lines: readonly Line[], kind: 'endpoint' | 'tenant'): CountedRollup {
  const count = new HourCount();
  for (const line of lines) count.take(line);
  count.settle(() => true);
  const [, rollup] = [...count.rollups(() => true)].find(([whose]) => whose.kind === kind) ?? [];
  if (!rollup) throw new Error('nothing is counted');
  return rollup;
}

function lineAt(n: number, hour: number, type = 'a.b'): Line {
  const at = dayStartMs(DAY) + hour * HOUR_MS + (n % 60) * 60_000;
  return {
    tenant: 'acme',
    environment: 'live',
    endpoint: 'ep_1',
    event: `evt_${hour}_${n}`,
    type,
    accepted: at,
    run: 1,
    attempt: 1,
    attemptInRun: 1,
    cause: 'first',
    at,
    ms: 10 * (n + 1),
    outcome: n % 4 === 0 ? 'http_503' : 'http_200',
    ...(n % 4 !== 0 && { end: 'delivered' as const, endedAt: at + 10 * (n + 1), attempts: 1 }),
  };
}

const hours = [0, 7, 23].map((hour) => Array.from({ length: 40 }, (_, n) => lineAt(n, hour)));
const rollups = (kind: 'endpoint' | 'tenant') =>
  hours.map((lines) => ({ ...counted(lines, kind), hour: hourOf(lines[0]?.at ?? 0) }));

it.each(['endpoint', 'tenant'] as const)('it counts of an %s what all its lines do', (kind) => {
  const { slots, ...day } = dayRollup(rollups(kind));
  const { slots: _, ...whole } = counted(hours.flat(), kind);
  expect(day).toEqual(whole);
  expect(slots).toEqual({ 0: [120, 90, whole.okMs + whole.failedMs, 90, 0, 0] });
  expect(quantile(day.ok, 0.5)).toBe(quantile(whole.ok, 0.5));
});

it('it names the largest of the types that its hours name', () => {
  const many = [0, 1].map((hour) => ({
    ...counted(
      Array.from({ length: 60 }, (_, n) => lineAt(n, hour, `type.${(n % 15) + hour * 10}`)),
      'endpoint',
    ),
    hour: hourOf(dayStartMs(DAY) + hour * HOUR_MS),
  }));
  const { types = {} } = dayRollup(many);
  expect(Object.keys(types)).toHaveLength(20);
  // Of five types each hour has four attempts.
  for (const n of [10, 11, 12, 13, 14]) expect(types[`type.${n}`]?.[0]).toBe(8);
});

it('it is not counted anew once hours of it may be gone', () => {
  expect(hasItsHours(DAY, dayStartMs(DAY) + 92 * DAY_MS - 1)).toBe(true);
  expect(hasItsHours(DAY, dayStartMs(DAY) + 92 * DAY_MS)).toBe(false);
});
