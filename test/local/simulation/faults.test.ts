// What goes wrong on our side, and what must come of it all the same.
import { describe, expect, it } from 'vitest';
import { addressOf } from '../../../lambdas/core/scope.ts';
import { BUCKET_MS, bucketOf } from '../../../lambdas/core/wakes/bucket.ts';
import { encodeWakeMessage } from '../../../lambdas/core/wakes/message.ts';
import type { World } from '../../../local/simulation/world.ts';
import { wholeOr } from '../../builders/share.ts';
import {
  answer,
  arrivalsAt,
  aWorld,
  countBy,
  DAY_MS,
  deliveriesOf,
  HOUR_MS,
  MINUTE_MS,
  postSeries,
  SECOND_MS,
  START_MS,
} from './simulated.ts';

/** How many requests carried an attempt that had been on the wire already. */
function sentAgain({ sent }: World): number {
  const keys = sent.map(
    ({ eventId, endpointId, attempt }) => `${eventId} ${endpointId} ${attempt}`,
  );
  return keys.length - new Set(keys).size;
}

describe('schedules, 30 % of them lost and 30 % of the others doubled', () => {
  it.each([
    ['on the curve', { tripFailures: 0 }, false],
    ['with health', {}, true],
  ])('lose nothing and send nothing twice, %s', async (_, settings, autoPause) => {
    const options = { settings, lostSchedules: 0.3, doubledSchedules: 0.3 };
    const world = aWorld((atMs) => answer(atMs < 30 * DAY_MS ? 500 : 200), options);
    const length = wholeOr(10, 4);
    const endpoints = Array.from({ length }, (_, index) =>
      world.addEndpoint({ tenant: `tenant-${index}`, autoPause }),
    );
    for (const endpoint of endpoints)
      postSeries(world, endpoint, { count: 12, everyMs: MINUTE_MS });
    await world.clock.run();
    const deliveries = endpoints.flatMap((endpoint) => deliveriesOf(world, endpoint));
    expect(countBy(deliveries.map(({ state }) => state))).toEqual({ delivered: 12 * length });
    expect(sentAgain(world)).toBe(0);
    expect(world.counts.totals.schedules).toBeGreaterThan(200);
  });

  it('delay an attempt whose schedule was lost by minutes only', async () => {
    const options = { settings: { tripFailures: 0 }, lostSchedules: 1 };
    const world = aWorld(() => answer(500), options);
    const endpoint = world.addEndpoint({ autoPause: false });
    postSeries(world, endpoint, { count: 1 });
    await world.clock.run();
    const [delivery] = deliveriesOf(world, endpoint);
    expect(delivery?.attempts).toHaveLength(67);
    // Each waits for sweep at most twelve minutes, and steps are counted from when they were due.
    expect((delivery?.attempts.at(-1)?.atMs ?? 0) - START_MS).toBeLessThan(
      3_391_380_000 + 61 * 12 * MINUTE_MS,
    );
  });
});

describe('instances that crash', () => {
  // Regression: a limited endpoint's message was handed on, and forgot that it had recorded an attempt.
  it('lose nothing at an endpoint with a rate limit either', async () => {
    for (const seed of wholeOr([1, 2, 3, 4, 5, 6], [1, 2])) {
      const world = aWorld((atMs) => answer(atMs < MINUTE_MS ? 500 : 200), { crashes: 0.08, seed });
      const endpoint = world.addEndpoint({ maxPerSecond: 5 });
      postSeries(world, endpoint, { count: 100 });
      await world.clock.run(START_MS + 41 * DAY_MS);
      const states = deliveriesOf(world, endpoint).map(({ state }) => state);
      expect(countBy(states)).toEqual({ delivered: 100 });
    }
  });

  it('lose nothing, and send again only what was under way', { timeout: 60_000 }, async () => {
    const options = {
      crashes: 0.02,
      doubledMessages: 0.1,
      lostSchedules: 0.3,
      doubledSchedules: 0.3,
    };
    const world = aWorld((atMs) => answer(atMs < 5 * HOUR_MS ? 500 : 200), options);
    const endpoints = Array.from({ length: 10 }, (_, index) =>
      world.addEndpoint({ tenant: `tenant-${index}` }),
    );
    for (const endpoint of endpoints)
      postSeries(world, endpoint, { count: 60, everyMs: MINUTE_MS });
    await world.clock.run(START_MS + 60 * DAY_MS);
    const deliveries = endpoints.flatMap((endpoint) => deliveriesOf(world, endpoint));
    expect(countBy(deliveries.map(({ state }) => state))).toEqual({ delivered: 600 });
    const again = sentAgain(world);
    expect(again).toBeLessThanOrEqual(10 * world.crashed() + 0.1 * 600);
    console.log(
      `${world.crashed()} crashes, 10 % of messages doubled: ${again} of ${world.sent.length} requests sent again`,
    );
  });
});

describe('wake-ups that nobody asked for, early ones among them', () => {
  it('bring no attempt forward and send none twice', async () => {
    const offsets = async (isDisturbed: boolean) => {
      const world = aWorld(() => answer(500));
      const endpoint = world.addEndpoint({});
      postSeries(world, endpoint, { count: 1 });
      if (isDisturbed) {
        for (let atMs = 0; atMs < 30 * HOUR_MS; atMs += 7 * MINUTE_MS) {
          const ahead = (atMs / MINUTE_MS) % 5;
          const bucketMs = bucketOf(START_MS + atMs) + ahead * BUCKET_MS;
          const wake = encodeWakeMessage({ ...addressOf(endpoint), bucketMs });
          world.clock.at(START_MS + atMs, () => world.queues.wakes.send(wake, 0));
        }
      }
      await world.clock.run(START_MS + 2 * DAY_MS);
      expect(sentAgain(world)).toBe(0);
      return arrivalsAt(world, endpoint).map((atMs) => Math.round(atMs / SECOND_MS));
    };
    expect(await offsets(true)).toEqual(await offsets(false));
  });
});
