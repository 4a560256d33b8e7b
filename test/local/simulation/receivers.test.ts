// Receivers that die, fail now and then, say when to come back: what becomes of their deliveries, and what
// the operator is told.
import { describe, expect, it } from 'vitest';
import { addressOf, OPERATOR_TENANT } from '../../../lambdas/core/scope.ts';
import type { World, WorldOptions } from '../../../local/simulation/world.ts';
import { answered, failed } from '../../builders/outcomes.ts';
import {
  answer,
  arrivalsAt,
  aWorld,
  countBy,
  DATA,
  DAY_MS,
  deliveriesOf,
  HOUR_MS,
  MINUTE_MS,
  postSeries,
  SECOND_MS,
  START_MS,
} from './simulated.ts';

/** What the operator is told, by type; the same notice told twice counts once. */
function told(world: World): Record<string, number> {
  return countBy([...new Map(world.notices.map(({ id, type }) => [id, type])).values()]);
}

function withOperator(receiver: Parameters<typeof aWorld>[0], options: Partial<WorldOptions> = {}) {
  const world = aWorld(
    (atMs, endpoint) =>
      endpoint.tenant === OPERATOR_TENANT ? answer(200) : receiver(atMs, endpoint),
    options,
  );
  world.addEndpoint({ tenant: OPERATOR_TENANT });
  return world;
}

describe('a dead endpoint', () => {
  it('is warned about at 50, 70 and 90 %, paused at its threshold, and told of when it recovers', async () => {
    const world = withOperator((atMs) => answer(atMs < 5 * DAY_MS ? 500 : 200));
    const endpoint = world.addEndpoint({});
    postSeries(world, endpoint, { count: 300, everyMs: 20 * MINUTE_MS });
    await world.clock.run();
    const warnings = world.notices.filter(({ type }) => type === 'endpoint.failing');
    const percents = warnings.map(({ data }) => JSON.parse(data).percentOfThreshold);
    expect(percents).toEqual([50, 70, 90]);
    const paused = world.notices.filter(({ type }) => type === 'endpoint.paused');
    expect(paused.map(({ acceptedAtMs }) => (acceptedAtMs - START_MS) / HOUR_MS)).toEqual([
      expect.closeTo(24, 0),
    ]);
    expect(told(world)).toEqual({
      'endpoint.failing': 3,
      'endpoint.paused': 1,
      'endpoint.recovered': 1,
    });
    const states = deliveriesOf(world, endpoint).map(({ state }) => state);
    expect(countBy(states)).toEqual({ delivered: 300 });
  });

  it('is told of once, though instances crash and tell it again', async () => {
    const options = { crashes: 0.03, doubledMessages: 0.2 };
    const world = withOperator((atMs) => answer(atMs < 5 * DAY_MS ? 500 : 200), options);
    const endpoint = world.addEndpoint({});
    postSeries(world, endpoint, { count: 300, everyMs: 20 * MINUTE_MS });
    await world.clock.run(START_MS + 20 * DAY_MS);
    // An instance that dies between the write and the telling tells nothing: never more than these.
    const most: Record<string, number> = {
      'endpoint.failing': 3,
      'endpoint.paused': 1,
      'endpoint.recovered': 1,
    };
    for (const [type, count] of Object.entries(told(world))) {
      expect(count, type).toBeLessThanOrEqual(most[type] ?? 0);
    }
    expect(countBy(deliveriesOf(world, endpoint).map(({ state }) => state))).toEqual({
      delivered: 300,
    });
  });

  it('that answers 410 is paused at once, and its backlog comes when a probe finds it well', async () => {
    const world = withOperator((atMs) => answer(atMs < HOUR_MS ? 410 : 200));
    const endpoint = world.addEndpoint({});
    postSeries(world, endpoint, { count: 50, everyMs: MINUTE_MS });
    await world.clock.run(START_MS + 30 * MINUTE_MS);
    expect(world.ledger.healthOf(addressOf(endpoint))).toMatchObject({
      state: 'paused',
      pausedBy: 'gone',
    });
    // Probes of 1, 2, 4, 8 ... minutes; the retry at once of the first was under way.
    expect(arrivalsAt(world, endpoint).length).toBeLessThanOrEqual(7);
    await world.clock.run();
    expect(countBy(deliveriesOf(world, endpoint).map(({ state }) => state))).toEqual({
      delivered: 50,
    });
    expect(told(world)).toEqual({ 'endpoint.paused': 1, 'endpoint.recovered': 1 });
  });
});

describe('an endpoint that fails every third time', () => {
  it('is never paused, tripped or warned about, steadily and in bursts', async () => {
    let requests = 0;
    const world = withOperator(() => answer(++requests % 3 === 0 ? 500 : 200));
    const endpoint = world.addEndpoint({});
    postSeries(world, endpoint, { count: 3_000, everyMs: 90 * SECOND_MS });
    postSeries(world, endpoint, { count: 1_000, fromMs: DAY_MS });
    const states = new Set<string>();
    world.onRecorded.listener = () => states.add(world.ledger.healthOf(addressOf(endpoint)).state);
    await world.clock.run();
    expect([...states]).toEqual(['healthy']);
    expect(told(world)).toEqual({});
    expect(countBy(deliveriesOf(world, endpoint).map(({ state }) => state))).toEqual({
      delivered: 4_000,
    });
  });

  it('gets its backlog after an outage all the same', async () => {
    let requests = 0;
    const world = aWorld((atMs) => answer(atMs < HOUR_MS || ++requests % 3 === 0 ? 500 : 200));
    const endpoint = world.addEndpoint({});
    postSeries(world, endpoint, { count: 2_000 });
    await world.clock.run();
    const deliveries = deliveriesOf(world, endpoint);
    expect(countBy(deliveries.map(({ state }) => state))).toEqual({ delivered: 2_000 });
    // The rest failed several times, and is further along its curve.
    const ends = deliveries.map(
      ({ attempts }) => (attempts.at(-1)?.atMs ?? 0) - START_MS - HOUR_MS,
    );
    const mostMs = ends.toSorted((a, b) => a - b)[Math.floor(ends.length * 0.9)] ?? 0;
    console.log(`every third fails after the outage: 90 % of 2,000 after ${mostMs / SECOND_MS} s`);
    expect(mostMs).toBeLessThan(5 * MINUTE_MS);
  });
});

describe('an endpoint with little to do', () => {
  it('keeps its curve to the letter beside one that is dead and busy', async () => {
    const offsets = async (isBeside: boolean) => {
      const world = aWorld(() => answer(500));
      const quiet = world.addEndpoint({ tenant: 'quiet' });
      const busy = world.addEndpoint({ tenant: 'busy' });
      world.clock.at(START_MS + 90 * SECOND_MS, () => void world.post(quiet, DATA));
      if (isBeside) postSeries(world, busy, { count: 2_000, everyMs: 30 * SECOND_MS });
      await world.clock.run();
      expect(world.ledger.healthOf(addressOf(quiet)).state).toBe('healthy');
      return arrivalsAt(world, quiet);
    };
    const alone = await offsets(false);
    expect(alone).toHaveLength(67);
    expect(await offsets(true)).toEqual(alone);
  });

  it('is tried within minutes though it tripped and what waits there is due much later', async () => {
    let isWell = false;
    const world = aWorld(() => answer(isWell ? 200 : 500), { settings: { tripFailures: 5 } });
    const endpoint = world.addEndpoint({ autoPause: false });
    postSeries(world, endpoint, { count: 6 });
    // As soon as nothing is due for an hour or more it is well again, and an event comes in.
    let late: string | undefined;
    const look = (): void => {
      const { state, probeAtMs = 0 } = world.ledger.healthOf(addressOf(endpoint));
      isWell = state === 'tripped' && probeAtMs - world.clock.nowMs > HOUR_MS;
      if (isWell) late = world.post(endpoint, DATA).id;
      else world.clock.at(world.clock.nowMs + 10 * MINUTE_MS, look);
    };
    world.clock.at(START_MS + HOUR_MS, look);
    await world.clock.run();
    const delivery = deliveriesOf(world, endpoint).find(({ eventId }) => eventId === late);
    expect(delivery?.state).toBe('delivered');
    const afterMs = (delivery?.attempts.at(-1)?.atMs ?? 0) - (delivery?.acceptedAtMs ?? 0);
    expect(afterMs).toBeLessThan(5 * MINUTE_MS);
  });
});

describe('Retry-After', () => {
  it.each([
    ['longer than the step delays the attempt', 100 * SECOND_MS, [0, 100, 200, 300, 460]],
    ['shorter than the step changes nothing', 30 * SECOND_MS, [0, 30, 60, 180, 420]],
  ])('%s', async (_, retryAfterMs, expected) => {
    const world = aWorld((atMs) =>
      answer(atMs < 400 * SECOND_MS ? answered(503, retryAfterMs) : 200, 10),
    );
    const endpoint = world.addEndpoint({});
    postSeries(world, endpoint, { count: 1 });
    await world.clock.run();
    const offsets = arrivalsAt(world, endpoint).map((atMs) => atMs / SECOND_MS);
    expect(offsets).toHaveLength(expected.length);
    for (const [index, offset] of offsets.entries()) {
      expect(offset).toBeGreaterThanOrEqual(expected[index] ?? 0);
      expect(offset - (expected[index] ?? 0)).toBeLessThanOrEqual(4);
    }
  });

  it('of more than a day counts as a day', async () => {
    const asked = answered(429, 90 * DAY_MS);
    const world = aWorld((atMs) => answer(atMs < HOUR_MS ? asked : 200));
    const endpoint = world.addEndpoint({});
    postSeries(world, endpoint, { count: 1 });
    await world.clock.run();
    const [, second = 0] = arrivalsAt(world, endpoint);
    expect(second / DAY_MS).toBeCloseTo(1, 3);
  });
});

describe('timeouts in a burst', () => {
  it('of every third request trip the endpoint at most for a while, and nothing is lost', async () => {
    let requests = 0;
    const world = withOperator(() =>
      ++requests % 3 === 0 ? answer(failed('timeout_response'), 10_000) : answer(200),
    );
    const endpoint = world.addEndpoint({});
    postSeries(world, endpoint, { count: 300 });
    await world.clock.run();
    expect(countBy(deliveriesOf(world, endpoint).map(({ state }) => state))).toEqual({
      delivered: 300,
    });
    expect(told(world)).toEqual({});
    console.log(
      `every third times out in a burst of 300: over after ${Math.max(...arrivalsAt(world, endpoint)) / SECOND_MS} s`,
    );
  });
});
