import { expect, it } from 'vitest';
import { rateOf } from '../../../client/src/cli/import/plan.ts';

it.each([
  [undefined, 1, undefined, []],
  [50, 1, 50, []],
  [1000, 3600, 0.278, []],
  [1000, 1, 1000, []],
  [5000, 1, 1000, ['limit of 5000 in 1 s: 1000 a second is the most']],
  [1, 3600, 0.1, ['limit of 1 in 3600 s: 0.1 a second is the least']],
  [1e-9, 1, 0.1, ['limit of 1e-9 in 1 s: 0.1 a second is the least']],
  // Of concurrency, or in a form that we do not know, as `"1m"`.
  [5, undefined, undefined, ['limit of 5, not for a time']],
])('imports a limit of %s in %s seconds as %s a second', (limit, seconds, maxPerSecond, notes) => {
  const { settings, notes: said } = rateOf(limit, seconds);
  expect([settings.maxPerSecond, said]).toEqual([maxPerSecond, notes]);
});
