// An index that is behind is no proof that nothing waits.

import { describe, expect, it } from 'vitest';
import { createId } from '../../lambdas/core/identifiers.ts';
import type { Replay } from '../../lambdas/core/replays/replay.ts';
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

/** Three die, and are replayed within seconds. */
async function replayedAtOnce(lagMs: number): Promise<{ states: string[]; replay: Replay }> {
  const world = aWorld((sinceMs) => answer(sinceMs < 5_000 ? 500 : 200), {
    settings: { tripFailures: 0 },
    indexLagMs: lagMs,
  });
  const endpoint = world.addEndpoint({
    contract: 'standard-webhooks',
    autoPause: false,
    retryPolicy: 'none',
  });
  postSeries(world, endpoint, { count: 3 });
  const atMs = START_MS + 6_000;
  const replay: Replay = {
    tenant: endpoint.tenant,
    environment: endpoint.environment,
    endpointId: endpoint.id,
    id: createId('rpl', atMs, new Uint8Array(10)),
    sinceMs: START_MS - HOUR_MS,
    untilMs: atMs,
    status: 'dead',
    types: [],
    state: 'running',
    isSearched: false,
    looksAgain: true,
    page: [],
    found: 0,
    sent: 0,
    skipped: 0,
    createdAtMs: atMs,
    updatedAtMs: atMs,
    version: 1,
    writer: 'test',
  };
  const message = { ...replay, replayId: replay.id };
  world.clock.at(atMs, async () => {
    await world.ledger.putReplayOnce(replay);
    await world.queues.port.sendReplays([{ replay: message, delaySeconds: 0 }]);
  });
  await world.clock.run(START_MS + HOUR_MS);
  const after = await world.ledger.getReplay(replay, replay.id);
  if (!after) throw new Error('the replay is gone');
  return { states: deliveriesOf(world, endpoint).map(({ state }) => state), replay: after };
}

describe('a replay of what died just before it', () => {
  it.each([0, 500, 10_000, 60_000])(
    'finds all of it, the index being %i ms behind',
    async (lagMs) => {
      const { states, replay } = await replayedAtOnce(lagMs);
      expect(states).toEqual(['delivered', 'delivered', 'delivered']);
      expect(replay).toMatchObject({ state: 'done', found: 3, sent: 3, skipped: 0 });
    },
  );
});
