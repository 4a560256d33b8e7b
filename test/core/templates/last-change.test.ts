import { expect, it } from 'vitest';
import { lastChangeMs } from '../../../lambdas/core/templates/last-change.ts';

it.each([
  ['it was never changed', {}, undefined, undefined],
  ['it was changed', { changedAtMs: 50 }, undefined, 50],
  ['its template was changed', {}, 60, 60],
  ['its template was changed after it', { changedAtMs: 50 }, 60, 60],
  ['its template was changed before it', { changedAtMs: 70 }, 60, 70],
  ['its template was last changed before it was made', { createdAtMs: 65 }, 60, undefined],
  ['it joined a template that was changed before, which is a change', { changedAtMs: 65 }, 60, 65],
])('%s', (_, given, updatedAtMs, expected) => {
  const endpoint = { createdAtMs: 10, ...given };
  const template = updatedAtMs === undefined ? undefined : { updatedAtMs };
  expect(lastChangeMs(endpoint, template)).toBe(expected);
});
