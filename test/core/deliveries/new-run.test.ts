// What a new run is bound to: all that was sent before, or may have been.
import { expect, it } from 'vitest';
import { freshDelivery } from '../../../lambdas/core/deliveries/advance.ts';
import type { Attempt } from '../../../lambdas/core/deliveries/delivery.ts';
import { newRun } from '../../../lambdas/core/deliveries/new-run.ts';
import { settingsSchema } from '../../../lambdas/core/settings.ts';
import { AS_POSTED } from '../../../lambdas/core/transforms/transform.ts';
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
  ['nothing of it was sent', 1, [untransformed], undefined],
  ['nothing, twice', 2, [untransformed, attempt(2, 2, 'transform_failed')], undefined],
  ['it was sent', 1, [attempt(1, 1, 'http_500')], 'v1'],
  ['it was sent in the end', 2, [untransformed, attempt(2, 2, 'http_500')], 'v1'],
  // Its attempt may have died before the record.
  ['it may have been sent in its last run', 2, [untransformed], 'v1'],
  ['it may have been sent in its first run', 1, [], 'v1'],
  ['its first attempts are not kept', 300, [attempt(200, 300, 'transform_failed')], 'v1'],
])('%s', (_, run, attempts, expected) => {
  for (const version of ['v1', AS_POSTED]) {
    const fresh = freshDelivery(anEvent(), ENDPOINT_ID, settings, NOON_MS);
    const before = { ...fresh, run, attempts, transformVersion: version };
    const after = newRun(before, 'manual', settings, NOON_MS);
    expect(after.transformVersion).toBe(expected && version);
  }
});
