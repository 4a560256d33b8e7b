// Endpoints with a rate limit get all that is theirs, at their rate, and at a price that does not grow.
import { describe, expect, it } from 'vitest';
import type { World } from '../../local/simulation/world.ts';
import {
  answer,
  aWorld,
  countBy,
  DAY_MS,
  deliveriesOf,
  HOUR_MS,
  postSeries,
  START_MS,
} from '../local/simulation/simulated.ts';

/** Each message of the retries queue comes so much later than it should. */
function delayRetries({ queues: { retries } }: World, lateSeconds: number): void {
  const send = retries.send.bind(retries);
  retries.send = (body, delaySeconds) => send(body, delaySeconds + lateSeconds);
}

/** @returns how many of 300 deliveries were sent within an hour, at two a second */
async function sentInAnHour(lateSeconds: number): Promise<number> {
  const world = aWorld(() => answer(200));
  delayRetries(world, lateSeconds);
  const endpoint = world.addEndpoint({ contract: 'standard-webhooks', maxPerSecond: 2 });
  postSeries(world, endpoint, { count: 300 });
  await world.clock.run(START_MS + HOUR_MS);
  return world.sent.length;
}

interface Cost {
  readonly writesPerDelivery: number;
  readonly seconds: number;
}

async function costOf(count: number): Promise<Cost> {
  const world = aWorld(() => answer(200));
  const endpoint = world.addEndpoint({ contract: 'standard-webhooks', maxPerSecond: 1 });
  postSeries(world, endpoint, { count });
  await world.clock.run(START_MS + 10 * DAY_MS);
  const states = deliveriesOf(world, endpoint).map(({ state }) => state);
  expect(countBy(states)).toEqual({ delivered: count });
  const lastAtMs = Math.max(...world.sent.map(({ atMs }) => atMs));
  return {
    writesPerDelivery: world.counts.totals.dynamoDbWriteUnits / count,
    seconds: (lastAtMs - START_MS) / 1000,
  };
}

describe('an endpoint with a rate limit', () => {
  it.each([0, 1])('gets its deliveries, the retries queue being %i s late', async (lateSeconds) => {
    expect(await sentInAnHour(lateSeconds)).toBe(300);
  });

  it.fails.each([3, 5, 60])(
    'gets its deliveries, the retries queue being %i s late',
    async (lateSeconds) => {
      expect(await sentInAnHour(lateSeconds)).toBe(300);
    },
  );

  it.fails('costs as many writes per delivery with 4,000 waiting as with 500', async () => {
    const few = await costOf(500);
    const many = await costOf(4_000);
    expect(many.writesPerDelivery).toBeLessThan(few.writesPerDelivery * 1.3);
  });

  it.fails('uses its rate while 2,000 wait', async () => {
    const { seconds } = await costOf(2_000);
    expect(seconds).toBeLessThan(2_200);
  });
});
