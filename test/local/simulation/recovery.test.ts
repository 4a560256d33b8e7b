// Endpoints that come back: the probe alone, then a pace that rises while they answer; and rate limits.
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../lambdas/core/endpoints/endpoint.ts';
import { RELEASE_INTERVAL_MS } from '../../../lambdas/core/health/release-pace.ts';
import { addressOf } from '../../../lambdas/core/scope.ts';
import type { World } from '../../../local/simulation/world.ts';
import {
  answer,
  arrivalsAt,
  aWorld,
  countBy,
  deliveriesOf,
  HOUR_MS,
  MINUTE_MS,
  postSeries,
  SECOND_MS,
  START_MS,
} from './simulated.ts';

describe('twenty endpoints with 1,000 deliveries each that recover at once', () => {
  const endpoints = 20;
  const events = 1_000;
  const outageMs = 2 * HOUR_MS;

  it('get all of them: the probe first and alone, then at most twice as many per interval', {
    timeout: 60_000,
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
