// Endpoints that come back: the probe alone, then a pace that rises while they answer; and rate limits.
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../lambdas/core/endpoints/endpoint.ts';
import { RELEASE_INTERVAL_MS } from '../../../lambdas/core/health/release-pace.ts';
import { addressOf } from '../../../lambdas/core/scope.ts';
import type { Answer, World } from '../../../local/simulation/world.ts';
import {
  answer,
  arrivalsAt,
  aWorld,
  countBy,
  deliveriesOf,
  HOUR_MS,
  MINUTE_MS,
  pause,
  postSeries,
  resume,
  SECOND_MS,
  START_MS,
} from './simulated.ts';

describe('endpoints with 1,000 deliveries each that recover at once', () => {
  const endpoints = 20;
  const events = 1_000;
  const outageMs = 2 * HOUR_MS;

  it('get all of them: the probe first and alone, then at most twice as many per interval', {
    timeout: 900_000,
  }, async () => {
    const inFlight = new Map<string, number>();
    const mostOverReleased: number[] = [];
    const world: World = aWorld((atMs, endpoint) => {
      const own = (inFlight.get(endpoint.id) ?? 0) + 1;
      inFlight.set(endpoint.id, own);
      world.clock.at(world.clock.nowMs + 400, () => {
        inFlight.set(endpoint.id, (inFlight.get(endpoint.id) ?? 0) - 1);
      });
      const { state, release } = world.ledger.healthOf(addressOf(endpoint));
      if (atMs >= outageMs && state === 'recovering')
        mostOverReleased.push(own - (release?.size ?? 0));
      return answer(atMs < outageMs ? 503 : 200, 400);
    });
    const all = Array.from({ length: endpoints }, (_, index) =>
      world.addEndpoint({ tenant: `tenant-${index}` }),
    );
    for (const endpoint of all) postSeries(world, endpoint, { count: events });
    await world.clock.run();

    const rates = new Map<number, number>();
    for (const endpoint of all) {
      const states = deliveriesOf(world, endpoint).map(({ state }) => state);
      expect(countBy(states)).toEqual({ delivered: events });
      const after = arrivalsAt(world, endpoint).filter((atMs) => atMs >= outageMs);
      expectGentle(world, endpoint, after);
      for (const atMs of after) {
        const interval = Math.floor((atMs - outageMs) / RELEASE_INTERVAL_MS);
        rates.set(interval, (rates.get(interval) ?? 0) + 1);
      }
    }
    expect(mostOverReleased.length).toBeGreaterThan(endpoints * events * 0.9);
    expect(Math.max(...mostOverReleased)).toBeLessThanOrEqual(0);
    const drain = [...rates].map(([interval, requests]) => `${interval * 5} s: ${requests}`);
    console.log(`drain of ${endpoints * events} deliveries, requests per 5 s: ${drain.join(', ')}`);
  });

  /** The first is the probe; then within any interval at most twice what the one before had. */
  function expectGentle(world: World, endpoint: Endpoint, after: readonly number[]): void {
    const [first = 0, second = 0] = after;
    const probes = deliveriesOf(world, endpoint)
      .flatMap(({ attempts }) => attempts)
      .filter(({ cause, atMs }) => cause === 'probe' && atMs >= START_MS + outageMs);
    expect(probes.map(({ atMs }) => atMs - START_MS)).toEqual([first]);
    // Alone: answered before the next one is sent.
    expect(second - first).toBeGreaterThanOrEqual(400);
    const steps: number[] = [];
    for (const atMs of after.slice(1)) {
      const step = Math.floor((atMs - second) / RELEASE_INTERVAL_MS);
      steps[step] = (steps[step] ?? 0) + 1;
    }
    let most = 1;
    for (const requests of Array.from(steps, (count) => count ?? 0)) {
      expect(requests).toBeLessThanOrEqual(2 * most);
      most = Math.max(most, requests);
    }
  }
});

/** What a receiver was asked for after it had been paused with so many waiting. */
async function resumed(
  count: number,
  receive: (inFlight: number, atMs: number) => Answer,
  { minutes, isOneLost = false, indexLagMs = 0 }: Run,
) {
  let inFlight = 0;
  let peak = 0;
  const world = aWorld(
    (atMs) => {
      inFlight++;
      peak = Math.max(peak, inFlight);
      const given = receive(inFlight, atMs);
      world.clock.at(world.clock.nowMs + given.latencyMs, () => {
        inFlight--;
      });
      return given;
    },
    { indexLagMs },
  );
  const endpoint = world.addEndpoint({ contract: 'standard-webhooks', timeoutMs: 30_000 });
  await pause(world, endpoint);
  postSeries(world, endpoint, { count });
  await world.clock.run(START_MS + MINUTE_MS);
  expect(world.sent).toEqual([]);
  if (isOneLost) loseOneRetry(world);
  const resumedAtMs = world.clock.nowMs;
  await resume(world, endpoint);
  await world.clock.run(resumedAtMs + minutes * MINUTE_MS);
  const failed = world.sent.filter(({ ok }) => !ok).length;
  return { sent: world.sent.length, failed, peak };
}

interface Run {
  readonly minutes: number;
  readonly isOneLost?: boolean;
  readonly indexLagMs?: number;
}

/** The function that takes a delivery dies before it sends the message. */
function loseOneRetry({ queues: { retries } }: World): void {
  const send = retries.send.bind(retries);
  retries.send = () => {
    retries.send = send;
  };
}

/** Serves so many a second, one after the other, and answers nobody who waits for ten seconds. */
function serving(perSecond: number): (inFlight: number, atMs: number) => Answer {
  let freeAtMs = 0;
  return (_, atMs) => {
    freeAtMs = Math.max(freeAtMs, atMs) + SECOND_MS / perSecond;
    const latencyMs = freeAtMs - atMs;
    return latencyMs > 10_000 ? answer(504, 10_000) : answer(200, latencyMs);
  };
}

describe('an endpoint that is resumed with 2,000 deliveries', () => {
  const fast = () => answer(200);

  it('gets them within five minutes', async () => {
    expect((await resumed(2_000, fast, { minutes: 5 })).sent).toBe(2_000);
  });

  // Regression: one answer that was lost held the pace down for good.
  it('gets the others within five minutes though one of the first is lost', async () => {
    const { sent } = await resumed(2_000, fast, { minutes: 5, isOneLost: true });
    expect(sent).toBeGreaterThanOrEqual(1_999);
  });

  // Regression: it grew while the index showed nothing of what was under way.
  it.each([1_000, 4_000, 10_000, 30_000, 60_000])(
    'gets them at no higher pace for an index that is %i ms behind',
    async (indexLagMs) => {
      const slow = () => answer(200, 3_000);
      const { peak } = await resumed(2_000, slow, { minutes: 3 });
      const behind = await resumed(2_000, slow, { minutes: 30, indexLagMs });
      expect(behind.peak).toBeLessThanOrEqual(peak);
      expect(behind.sent).toBe(2_000);
    },
  );

  it('has no more under way for taking 20 s an answer: twice as many after each answer at most', async () => {
    for (const minutes of [1, 2, 3]) {
      const { peak, failed } = await resumed(2_000, () => answer(200, 20_000), { minutes });
      expect(failed).toBe(0);
      expect(peak).toBeLessThanOrEqual(2 ** (1 + Math.ceil((minutes * MINUTE_MS) / 20_000)));
    }
  });

  it.each([7, 9, 10, 12, 20, 30, 50, 70])(
    'is not made to fail by them while it serves %i a second and queues the others',
    async (perSecond) => {
      const { sent, failed } = await resumed(2_000, serving(perSecond), { minutes: 6 });
      expect({ sent, failed }).toEqual({ sent: 2_000, failed: 0 });
    },
  );

  it('and breaks when more than 50 come at once, has few failures', async () => {
    const breaking = (inFlight: number) => (inFlight > 50 ? answer(503) : answer(200, SECOND_MS));
    const { failed, peak } = await resumed(2_000, breaking, { minutes: 15 });
    expect(peak).toBeLessThanOrEqual(64);
    expect(failed).toBeLessThan(0.15 * 2_000);
  });
});

describe('an endpoint with maxPerSecond: 20', () => {
  const perSecond = 20;
  const events = 2_000;

  function busiest(arrivals: readonly number[], windowMs: number): number {
    let from = 0;
    return arrivals.reduce((most, atMs, index) => {
      while (atMs - (arrivals[from] ?? atMs) >= windowMs) from++;
      return Math.max(most, index - from + 1);
    }, 0);
  }

  it('gets 2,000 events at once at its rate: no second above 22, every five seconds 90 to 105', async () => {
    const world = aWorld(() => answer(200, 120));
    const endpoint = world.addEndpoint({ maxPerSecond: perSecond });
    postSeries(world, endpoint, { count: events });
    await world.clock.run();
    expect(deliveriesOf(world, endpoint).every(({ state }) => state === 'delivered')).toBe(true);
    const arrivals = arrivalsAt(world, endpoint).toSorted((a, b) => a - b);
    expect(arrivals).toHaveLength(events);
    const seconds = countBy(arrivals.map((atMs) => String(Math.floor(atMs / SECOND_MS))));
    expect(Math.max(...Object.values(seconds))).toBeLessThanOrEqual(22);
    expect(busiest(arrivals, SECOND_MS)).toBeLessThanOrEqual(22);
    const last = arrivals.at(-1) ?? 0;
    const windows: number[] = [];
    for (let from = 5 * SECOND_MS; from + 10 * SECOND_MS < last; from += 500) {
      windows.push(arrivals.filter((atMs) => atMs >= from && atMs < from + 5_000).length);
    }
    expect(windows.length).toBeGreaterThan(100);
    expect(Math.min(...windows)).toBeGreaterThanOrEqual(90);
    expect(Math.max(...windows)).toBeLessThanOrEqual(105);
    console.log(
      `maxPerSecond 20: ${events} in ${last / 1000} s, at most ${busiest(arrivals, SECOND_MS)} in a second, ` +
        `${Math.min(...windows)} to ${Math.max(...windows)} in five`,
    );
  });

  it('keeps to it while it recovers from an outage, and while it fails', async () => {
    const world = aWorld((atMs) => answer(atMs < 10 * MINUTE_MS ? 500 : 200, 120));
    const endpoint = world.addEndpoint({ maxPerSecond: perSecond });
    postSeries(world, endpoint, { count: events });
    await world.clock.run();
    expect(deliveriesOf(world, endpoint).every(({ state }) => state === 'delivered')).toBe(true);
    const arrivals = arrivalsAt(world, endpoint).toSorted((a, b) => a - b);
    expect(busiest(arrivals, SECOND_MS)).toBeLessThanOrEqual(22);
  });

  it('gets more than can be given out at once: the rest waits its turn', async () => {
    const world = aWorld(() => answer(200, 120));
    const endpoint = world.addEndpoint({ maxPerSecond: 1 });
    postSeries(world, endpoint, { count: 1_500 });
    await world.clock.run();
    expect(deliveriesOf(world, endpoint).every(({ state }) => state === 'delivered')).toBe(true);
    const arrivals = arrivalsAt(world, endpoint).toSorted((a, b) => a - b);
    expect(busiest(arrivals, SECOND_MS)).toBeLessThanOrEqual(2);
    expect(busiest(arrivals, 10 * SECOND_MS)).toBeLessThanOrEqual(11);
    console.log(`maxPerSecond 1: 1,500 in ${((arrivals.at(-1) ?? 0) / MINUTE_MS).toFixed(1)} min`);
  });

  it('does not slow down another endpoint beside it', async () => {
    const p99 = async (isBeside: boolean): Promise<number> => {
      const world = aWorld(() => answer(200, 120));
      // So few that batches which wait for their slots would be felt.
      world.queues.deliveries.maxConcurrency = 5;
      world.queues.retries.maxConcurrency = 5;
      const healthy = world.addEndpoint({ tenant: 'healthy' });
      const limited = world.addEndpoint({ tenant: 'limited', maxPerSecond: perSecond });
      postSeries(world, healthy, { count: 1_500, everyMs: 40 });
      if (isBeside) postSeries(world, limited, { count: events, fromMs: 10 * SECOND_MS });
      await world.clock.run();
      const latencies = deliveriesOf(world, healthy).map(
        ({ attempts, acceptedAtMs }) =>
          (attempts[0]?.atMs ?? 0) + (attempts[0]?.durationMs ?? 0) - acceptedAtMs,
      );
      return latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length * 0.99)] ?? 0;
    };
    const alone = await p99(false);
    const beside = await p99(true);
    expect(beside / alone).toBeLessThanOrEqual(1.2);
    console.log(`p99 alone ${alone} ms, beside a limited endpoint ${beside} ms (virtual time)`);
  });
});
