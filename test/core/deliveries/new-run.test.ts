// Which version of a transformation a new run takes.
import { expect, it } from 'vitest';
import { freshDelivery } from '../../../lambdas/core/deliveries/advance.ts';
import type { Attempt } from '../../../lambdas/core/deliveries/delivery.ts';
import { newRun } from '../../../lambdas/core/deliveries/new-run.ts';
import { settingsSchema } from '../../../lambdas/core/settings.ts';
import { anEvent, ENDPOINT_ID, NOON_MS } from '../../builders/events.ts';

const settings = settingsSchema.parse({});
const attempt = (number: number, run: number, outcome: string): Attempt => ({
  number,
  run,
  cause: 'first',
  atMs: NOON_MS,
  durationMs: 0,
  outcome,
});
const untransformed = attempt(1, 1, 'transform_failed');

it.each([
  ['nothing of it was sent', 1, [untransformed], 'now'],
  ['nothing, twice', 2, [untransformed, attempt(2, 2, 'transform_failed')], 'now'],
  ['it was sent', 1, [attempt(1, 1, 'http_500')], 'bound'],
  ['it was sent in the end', 2, [untransformed, attempt(2, 2, 'http_500')], 'bound'],
  // Its attempt may have died before the record.
  ['it may have been sent in its last run', 2, [untransformed], 'bound'],
  ['it may have been sent in its first run', 1, [], 'bound'],
  ['its first attempts are not kept', 300, [attempt(200, 300, 'transform_failed')], 'bound'],
])('%s', (_, run, attempts, expected) => {
  const fresh = freshDelivery(anEvent(), ENDPOINT_ID, settings, NOON_MS);
  const before = { ...fresh, run, attempts, transformVersion: 'bound' };
  const after = newRun(before, 'manual', settings, NOON_MS, { transformNow: 'now' });
  expect(after.transformVersion).toBe(expected);
});
