// Endpoints with a rate limit get all that is theirs, oldest first, at their rate, and at a price that does not
// grow with what waits.
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../lambdas/core/endpoints/endpoint.ts';
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

/** Each message of the retries queue comes so much later than it should. */
function delayRetries({ queues: { retries } }: World, lateSeconds: () => number): void {
  const send = retries.send.bind(retries);
  retries.send = (body, delaySeconds) => send(body, delaySeconds + lateSeconds());
}

/** @returns when 300 deliveries at two a second were sent, in seconds since the start */
async function sentAtSeconds(lateSeconds: (world: World) => number): Promise<number[]> {
  const world = aWorld(() => answer(200));
  delayRetries(world, () => lateSeconds(world));
  const endpoint = world.addEndpoint({ maxPerSecond: 2 });
  postSeries(world, endpoint, { count: 300 });
  await world.clock.run(START_MS + HOUR_MS);
  return arrivalsAt(world, endpoint).map((atMs) => atMs / SECOND_MS);
}

function expectAtTheirRate(seconds: readonly number[], latestSeconds: number): void {
  expect(seconds).toHaveLength(300);
  const inTen = seconds.map((from) => seconds.filter((at) => at >= from && at < from + 10).length);
  expect(Math.max(...inTen)).toBeLessThanOrEqual(22);
  expect(Math.max(...seconds)).toBeLessThan(1.1 * 150 + latestSeconds);
}

async function costOf(count: number) {
  const world = aWorld(() => answer(200));
  const endpoint = world.addEndpoint({ maxPerSecond: 1 });
  postSeries(world, endpoint, { count });
  await world.clock.run(START_MS + DAY_MS);
  expectDelivered(world, endpoint, count);
  const { dynamoDbWriteUnits, dynamoDbReadUnits, sqsRequests } = world.counts.totals;
  return {
    writes: dynamoDbWriteUnits / count,
    reads: dynamoDbReadUnits / count,
    requests: sqsRequests / count,
    lastAtSeconds: Math.max(...arrivalsAt(world, endpoint)) / SECOND_MS,
  };
}

function expectDelivered(world: World, endpoint: Endpoint, count: number): void {
  const states = deliveriesOf(world, endpoint).map(({ state }) => state);
  expect(countBy(states)).toEqual({ delivered: count });
  expect(world.sent).toHaveLength(count);
}

/** The share of requests whose event is older than the newest that was sent a while before. */
function shareOutOfOrder(world: World, withinMs: number): number {
  const place = new Map([...world.ledger.events.values()].map(({ event }, at) => [event.id, at]));
  const late = world.sent.filter(({ eventId, atMs }) =>
    world.sent.some(
      (other) =>
        other.atMs < atMs - withinMs && (place.get(other.eventId) ?? 0) > (place.get(eventId) ?? 0),
    ),
  );
  return late.length / world.sent.length;
}

describe('an endpoint with a rate limit', () => {
  it.each([0, 1, 3, 5, 15, 60])(
    'gets its deliveries at its rate, the retries queue being %i s late',
    async (late) => {
      expectAtTheirRate(await sentAtSeconds(() => late), late);
    },
  );

  it.each([3, 10, 60])(
    'gets its deliveries at its rate, each message of the retries queue being up to %i s late',
    async (latest) => {
      const late = (world: World) => ((world.surroundings.random(1)[0] ?? 0) / 256) * latest;
      expectAtTheirRate(await sentAtSeconds(late), latest);
    },
  );

  it('costs as much per delivery with thousands waiting as with 500, and uses its rate', async () => {
    const few = await costOf(500);
    for (const count of wholeOr([2_000, 8_000], [2_000])) {
      const many = await costOf(count);
      expect(many.writes).toBeLessThan(few.writes * 1.3);
      expect(many.reads).toBeLessThan(few.reads * 1.3);
      expect(many.requests).toBeLessThan(few.requests * 1.3);
      expect(many.lastAtSeconds).toBeLessThan(1.1 * count);
    }
  });

  it.each([
    [0.1, 300],
    [0.15, 300],
    [0.3, 300],
    [7, 300],
    [333, 15],
  ])('keeps %d a second', async (maxPerSecond, seconds) => {
    const world = aWorld(() => answer(200));
    const endpoint = world.addEndpoint({ maxPerSecond });
    const count = Math.ceil(seconds * maxPerSecond);
    postSeries(world, endpoint, { count });
    await world.clock.run(START_MS + HOUR_MS);
    expectDelivered(world, endpoint, count);
    expect(Math.max(...arrivalsAt(world, endpoint))).toBeLessThan(1.1 * seconds * SECOND_MS);
  });

  it('is sent what has waited longest first, while more comes than its rate lets pass', async () => {
    const world = aWorld(() => answer(200));
    const endpoint = world.addEndpoint({ maxPerSecond: 2 });
    postSeries(world, endpoint, { count: 900, everyMs: 250 });
    await world.clock.run(START_MS + HOUR_MS);
    expectDelivered(world, endpoint, 900);
    expect(shareOutOfOrder(world, 2 * SECOND_MS)).toBeLessThan(0.05);
    expect(Math.max(...arrivalsAt(world, endpoint))).toBeLessThan(1.1 * 450 * SECOND_MS);
  });

  it('gets what falls due later in a bucket of ten minutes, behind more than one release', async () => {
    const world = aWorld((atMs) => answer(atMs < 5 * MINUTE_MS ? 500 : 200), {
      settings: { tripFailures: 0 },
    });
    const endpoint = world.addEndpoint({ maxPerSecond: 1, contract: 'bynn' });
    postSeries(world, endpoint, { count: 250 });
    await world.clock.run(START_MS + 3 * HOUR_MS);
    const states = deliveriesOf(world, endpoint).map(({ state }) => state);
    expect(countBy(states)).toEqual({ delivered: 250 });
  });

  it.each([0, 1, 5, 20, 300])(
    'gets everything, the index of what waits being %i s behind',
    async (lagSeconds) => {
      const world = aWorld(() => answer(200), { indexLagMs: lagSeconds * SECOND_MS });
      const endpoint = world.addEndpoint({ maxPerSecond: 1 });
      postSeries(world, endpoint, { count: 3 });
      postSeries(world, endpoint, { count: 150, fromMs: 4 * SECOND_MS });
      await world.clock.run(START_MS + 2 * HOUR_MS);
      expectDelivered(world, endpoint, 153);
    },
  );

  it('recovers at its rate from an outage', async () => {
    const world = aWorld((atMs) => answer(atMs < 10 * MINUTE_MS ? 500 : 200));
    const endpoint = world.addEndpoint({ maxPerSecond: 2 });
    postSeries(world, endpoint, { count: 600 });
    await world.clock.run(START_MS + HOUR_MS);
    const states = deliveriesOf(world, endpoint).map(({ state }) => state);
    expect(countBy(states)).toEqual({ delivered: 600 });
    // At most five minutes until a probe, and 300 s at two a second.
    expect(Math.max(...arrivalsAt(world, endpoint)) / MINUTE_MS).toBeLessThan(10 + 5 + 6);
  });
});
