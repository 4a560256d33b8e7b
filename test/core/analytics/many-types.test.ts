// Whoever posts names the types of events: however many there are, what is counted has a bound.
import { expect, it } from 'vitest';
import { HourCount } from '../../../lambdas/core/analytics/counting.ts';
import { attemptsIn } from '../../../lambdas/core/analytics/rollup.ts';
import { someLines } from '../../builders/lines.ts';

it('an hour with a type for each event counts every attempt, and names the largest', () => {
  const counting = new HourCount();
  const lines = someLines('2026-01-31T09', 6_000, {});
  for (const [index, line] of lines.entries()) {
    counting.take({ ...line, at: lines[0]?.at ?? 0, type: `type.${index}` });
  }
  for (const line of someLines('2026-01-31T09', 30, { type: 'usual' })) counting.take(line);
  counting.settle(() => true);
  const all = [...counting.rollups(() => true)];
  const wholes = all.filter(([{ kind }]) => kind !== 'type');
  expect(wholes.map(([{ kind }, rollup]) => [kind, attemptsIn(rollup)])).toEqual([
    ['endpoint', [6_030, 6_030]],
    ['tenant', [6_030, 6_030]],
    ['stack', [6_030, 6_030]],
  ]);
  const [, endpoint] = wholes[0] ?? [];
  expect(Object.keys(endpoint?.types ?? {})).toHaveLength(20);
  expect(endpoint?.types?.usual).toEqual([30, 30, 600, 0, 0, 0]);
  expect(all).toHaveLength(203);
});
