// What waiting costs: schedules do not grow with the deliveries that wait. `bench/retries.ts` does the
// same with 10,000 deliveries; here are fewer, for the time it takes.
import { describe, expect, it } from 'vitest';
import { addressOf } from '../../../lambdas/core/scope.ts';
import { BUCKET_MS } from '../../../lambdas/core/wakes/bucket.ts';
import type { World } from '../../../local/simulation/world.ts';
import {
  answer,
  arrivalsAt,
  aWorld,
  countBy,
  DAY_MS,
  deliveriesOf,
  HOUR_MS,
  MINUTE_MS,
  pause,
  postSeries,
  SECOND_MS,
  START_MS,
} from './simulated.ts';

const HEALTH_OFF = { settings: { tripFailures: 0 } };

/** An endpoint that is down for ever, and what waits for it. */
function downForEver(options: Parameters<typeof aWorld>[1], autoPause: boolean) {
  const world = aWorld(() => answer(500), options);
  return { world, endpoint: world.addEndpoint({ autoPause }) };
}

/** The billable calls, printed and extrapolated: one endpoint's schedules do not grow. */
function printCalls(name: string, { counts: { totals } }: World, deliveries: number): void {
  const perMillion = (count: number) => Math.round((count * 1_000_000) / deliveries);
  const { dynamoDbWriteUnits, dynamoDbReadUnits, sqsRequests, invocations } = totals;
  console.log(`${name}, billable calls of ${deliveries} deliveries:`, totals);
  console.log(`${name}, extrapolated to 1,000,000:`, {
    ...totals,
    dynamoDbWriteUnits: perMillion(dynamoDbWriteUnits),
    dynamoDbReadUnits: perMillion(dynamoDbReadUnits),
    sqsRequests: perMillion(sqsRequests),
    invocations: perMillion(invocations),
  });
}

describe('deliveries that wait for a dead endpoint, over the whole curve', () => {
  it('take at most 130 schedules when they failed within one minute', {
    timeout: 900_000,
  }, async () => {
    const count = 1_000;
    const { world, endpoint } = downForEver(HEALTH_OFF, false);
    // Due times are 180 s past a bucket's beginning: from here they fall across its end, two a step.
    postSeries(world, endpoint, { count, everyMs: MINUTE_MS / count, fromMs: 390 * SECOND_MS });
    await world.clock.run();
    const deliveries = deliveriesOf(world, endpoint);
    expect(countBy(deliveries.map(({ state }) => state))).toEqual({ dead: count });
    expect(deliveries.every(({ attempts }) => attempts.length === 67)).toBe(true);
    const created = world.wakes.created.get(endpoint.id) ?? [];
    expect(created.length).toBeLessThanOrEqual(130);
    expect(world.counts.totals.schedules).toBe(created.length);
    console.log(`${created.length} schedules for ${count} deliveries that failed in one minute`);
    printCalls('one minute', world, count);
  });

  it('take one schedule per ten minutes at most when they failed over an hour', {
    timeout: 900_000,
  }, async () => {
    const count = 720;
    const { world, endpoint } = downForEver(HEALTH_OFF, false);
    postSeries(world, endpoint, { count, everyMs: HOUR_MS / count, fromMs: 90 * SECOND_MS });
    await world.clock.run();
    expect(countBy(deliveriesOf(world, endpoint).map(({ state }) => state))).toEqual({
      dead: count,
    });
    const buckets = world.wakes.buckets.get(endpoint.id) ?? [];
    expect(new Set(buckets).size).toBe(buckets.length);
    expect(buckets.every((bucketMs) => bucketMs % BUCKET_MS === 0)).toBe(true);
    // An hour's deliveries are due within an hour: seven buckets a step, and 61 steps are scheduled.
    expect(buckets.length).toBeLessThanOrEqual(7 * 61);
    console.log(`${buckets.length} schedules for ${count} deliveries that failed over an hour`);
  });
});

describe('deliveries that wait for an endpoint that was paused', () => {
  it('take the probe’s schedules alone, and are settled within a day of their deadlines', {
    timeout: 900_000,
  }, async () => {
    const count = 1_500;
    const endedAtMs = new Map<string, number>();
    const { world, endpoint } = downForEver({}, true);
    postSeries(world, endpoint, { count, everyMs: HOUR_MS / count });
    let pausedAtMs = 0;
    watch(world, 10 * MINUTE_MS, () => {
      const { state } = world.ledger.healthOf(addressOf(endpoint));
      if (state === 'paused' && pausedAtMs === 0) pausedAtMs = world.clock.nowMs;
      for (const { eventId, state } of deliveriesOf(world, endpoint)) {
        if (state === 'dead' && !endedAtMs.has(eventId)) endedAtMs.set(eventId, world.clock.nowMs);
      }
    });
    await world.clock.run();
    const deliveries = deliveriesOf(world, endpoint);
    expect(countBy(deliveries.map(({ state }) => state))).toEqual({ dead: count });
    expect(countBy(deliveries.map(({ deathReason }) => deathReason ?? ''))).toEqual({
      deadline: count,
    });
    const lateMs = deliveries.map(
      ({ eventId, deadlineAtMs }) => (endedAtMs.get(eventId) ?? 0) - deadlineAtMs,
    );
    expect(Math.min(...lateMs)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...lateMs)).toBeLessThanOrEqual(DAY_MS);
    expect((pausedAtMs - START_MS) / HOUR_MS).toBeCloseTo(24, 0);
    const requests = arrivalsAt(world, endpoint).filter((atMs) => atMs > pausedAtMs - START_MS);
    const schedules = (world.wakes.created.get(endpoint.id) ?? []).filter((at) => at > pausedAtMs);
    // The probe's own curve over 39 days.
    expect(requests.length).toBeLessThanOrEqual(65);
    expect(schedules.length).toBeLessThanOrEqual(requests.length);
    console.log(
      `paused after ${((pausedAtMs - START_MS) / HOUR_MS).toFixed(2)} h; then ${requests.length} ` +
        `requests and ${schedules.length} schedules; settled at most ${Math.max(...lateMs) / 1000} s late`,
    );
    printCalls('with health', world, count);
  });

  it('end within a day of their deadlines also behind younger ones that were due sooner', async () => {
    const endedAtMs = new Map<string, number>();
    const { world, endpoint } = downForEver({ settings: { deadlineDays: 10 } }, true);
    // 20 a day for 30 days: probes move the oldest on along their curves, past younger ones.
    postSeries(world, endpoint, { count: 600, everyMs: (24 / 20) * HOUR_MS });
    watch(world, HOUR_MS, () => {
      for (const { eventId, state } of deliveriesOf(world, endpoint)) {
        if (state === 'dead' && !endedAtMs.has(eventId)) endedAtMs.set(eventId, world.clock.nowMs);
      }
    });
    await world.clock.run();
    const lateMs = deliveriesOf(world, endpoint).map(
      ({ eventId, deadlineAtMs }) => (endedAtMs.get(eventId) ?? Number.NaN) - deadlineAtMs,
    );
    expect(lateMs).toHaveLength(600);
    expect(Math.max(...lateMs)).toBeLessThanOrEqual(DAY_MS);
  });

  it('end within a day of their deadlines while a user has paused it', async () => {
    const world = aWorld(() => answer(500));
    const endpoint = world.addEndpoint({});
    postSeries(world, endpoint, { count: 3, everyMs: MINUTE_MS });
    world.clock.at(START_MS + 90 * SECOND_MS, () => void pause(world, endpoint));
    await world.clock.run(START_MS + 41 * DAY_MS);
    const deliveries = deliveriesOf(world, endpoint);
    expect(deliveries.map(({ deathReason }) => deathReason)).toEqual(
      Array.from({ length: 3 }, () => 'deadline'),
    );
    expect(Math.max(...arrivalsAt(world, endpoint))).toBeLessThan(3 * MINUTE_MS);
    expect(countBy(world.notices.map(({ type }) => type))).toEqual({});
  });
});

/** Looks from time to time as long as something waits. */
function watch(world: World, everyMs: number, look: () => void): void {
  const next = (): void => {
    look();
    const isOver = world.clock.nowMs > START_MS + HOUR_MS && world.ledger.waiting() === 0;
    if (!isOver) world.clock.at(world.clock.nowMs + everyMs, next);
  };
  world.clock.at(START_MS + everyMs, next);
}
