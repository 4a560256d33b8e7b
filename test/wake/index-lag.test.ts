// An index that is behind is no proof that nothing waits.

import { describe, expect, it } from 'vitest';
import type { World } from '../../local/simulation/world.ts';
import {
  answer,
  aWorld,
  countBy,
  DAY_MS,
  deliveriesOf,
  HOUR_MS,
  MINUTE_MS,
  postSeries,
  START_MS,
} from '../local/simulation/simulated.ts';

const LONG_AFTER_MS = START_MS + 41 * DAY_MS;

async function pausedWithOneAtRest(lagMs: number): Promise<string[]> {
  const world = aWorld((sinceMs) => answer(sinceMs < 2 * MINUTE_MS ? 410 : 200), {
    indexLagMs: lagMs,
  });
  const endpoint = world.addEndpoint({ contract: 'standard-webhooks', retryPolicy: 'none' });
  postSeries(world, endpoint, { count: 1 });
  postSeries(world, endpoint, { count: 1, fromMs: 5 * MINUTE_MS });
  await world.clock.run(LONG_AFTER_MS);
  return deliveriesOf(world, endpoint).map(({ state }) => state);
}

/** Twenty failures within a second trip it; one more delivery comes while it is tripped. */
async function trippedWithOneAtRest(lagMs: number): Promise<Record<string, number>> {
  const world = aWorld((sinceMs) => answer(sinceMs < 2_000 ? 500 : 200), { indexLagMs: lagMs });
  const endpoint = world.addEndpoint({ contract: 'standard-webhooks', retryPolicy: 'none' });
  postSeries(world, endpoint, { count: 25 });
  postSeries(world, endpoint, { count: 1, fromMs: 4_000 });
  await world.clock.run(LONG_AFTER_MS);
  return countBy(deliveriesOf(world, endpoint).map(({ state }) => state));
}

/** A backlog that falls due at once, where taking an entry lasts 10 ms. @returns the takes in vain */
async function takesInVain(lagMs: number): Promise<number> {
  const count = 300;
  let vainTakes = 0;
  const world: World = aWorld((sinceMs) => answer(sinceMs < 20 * MINUTE_MS ? 500 : 200), {
    settings: { tripFailures: 0 },
    indexLagMs: lagMs,
    async around({ input }, call) {
      const isTake = 'UpdateExpression' in input && input.UpdateExpression === 'SET wat = :until';
      if (!isTake) return call();
      await world.clock.sleep(10);
      return call().catch((error: unknown) => {
        vainTakes++;
        throw error;
      });
    },
  });
  const steps = [{ count: 3, seconds: 1_800 }];
  const endpoint = world.addEndpoint({
    contract: 'standard-webhooks',
    autoPause: false,
    retryPolicy: { immediate: false, jitter: 0, steps },
  });
  postSeries(world, endpoint, { count });
  await world.clock.run(START_MS + DAY_MS);
  expect(countBy(deliveriesOf(world, endpoint).map(({ state }) => state))).toEqual({
    delivered: count,
  });
  return vainTakes;
}

describe('an endpoint that is paused', () => {
  it.each([0, 1_500, 3_000, 10_000, 60_000, 600_000])(
    'is probed for what came to rest, the index being %i ms behind',
    async (lagMs) => {
      expect(await pausedWithOneAtRest(lagMs)).toEqual(['dead', 'delivered']);
    },
  );
});

describe('an endpoint that is tripped', () => {
  it.each([0, 12_000, 60_000, 600_000])(
    'gets what came to rest, the index being %i ms behind',
    async (lagMs) => {
      expect(await trippedWithOneAtRest(lagMs)).toEqual({ dead: 25, delivered: 1 });
    },
  );
});

describe('an endpoint with a rate limit', () => {
  // Regression: the only wake-up of what was held saw nothing yet, and struck its entry.
  it.each([60_000, 420_000, 600_000])(
    'gets what was held, the index being %i ms behind',
    async (lagMs) => {
      for (const fromMs of [0, 200_000, 440_000, 560_000]) {
        const world = aWorld(() => answer(200), { indexLagMs: lagMs });
        const endpoint = world.addEndpoint({ contract: 'standard-webhooks', maxPerSecond: 1 });
        postSeries(world, endpoint, { count: 4, fromMs });
        await world.clock.run(START_MS + 3 * HOUR_MS);
        const states = deliveriesOf(world, endpoint).map(({ state }) => state);
        expect(countBy(states)).toEqual({ delivered: 4 });
      }
    },
  );
});

describe('a backlog that falls due', () => {
  it('is taken once', async () => {
    expect(await takesInVain(0)).toBe(0);
  });

  it('is taken once, the index being 200 ms behind', async () => {
    expect(await takesInVain(200)).toBe(0);
  });
});
