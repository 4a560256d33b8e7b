// A wake-up of an endpoint that was deleted ends there.
import { expect, it } from 'vitest';
import type { Endpoint } from '../../lambdas/core/endpoints/endpoint.ts';
import { CLEAN_HEALTH, recovering } from '../../lambdas/core/health/health.ts';
import { bucketOf } from '../../lambdas/core/wakes/bucket.ts';
import type { WakePorts } from '../../lambdas/wake/send-due.ts';
import { wake } from '../../lambdas/wake/wake.ts';
import { NOON_MS } from '../builders/events.ts';
import { fixedSurroundings, only } from '../builders/ports.ts';

// Regression: a deleted endpoint that was tripped was probed every two minutes, for each delivery that waited.
it.each([
  { ...CLEAN_HEALTH, state: 'tripped' as const, probeAtMs: NOON_MS },
  { ...CLEAN_HEALTH, state: 'paused' as const, pausedBy: 'gone' as const, probeAtMs: NOON_MS },
  { ...CLEAN_HEALTH, state: 'paused' as const, pausedBy: 'user' as const },
  recovering(NOON_MS),
])('of one that is $state', async (health) => {
  const message = {
    tenant: 'acme',
    environment: 'live' as const,
    endpointId: 'ep_one',
    bucketMs: bucketOf(NOON_MS),
  };
  const struck: unknown[] = [];
  const deleted = only<Endpoint>({ deletedAtMs: NOON_MS - 1, maxPerSecond: 1 });
  const ports = only<WakePorts>({
    health: only<WakePorts['health']>({ getHealth: async () => ({ health, version: 1 }) }),
    registry: { getEndpoints: async () => new Map([['ep_one', deleted]]) },
    work: only<WakePorts['work']>({}),
    surroundings: fixedSurroundings(NOON_MS),
    wakes: only<WakePorts['wakes']>({
      done: async (wakeUp) => {
        struck.push(wakeUp);
      },
    }),
  });
  // Nothing else is used.
  await wake(ports, message, () => 60_000);
  expect(struck).toEqual([message]);
});
