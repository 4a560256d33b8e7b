// What waits is found again however long nothing ran, and waiting costs nothing.

import { describe, expect, it } from 'vitest';
import { freshDelivery } from '../../lambdas/core/deliveries/advance.ts';
import type { Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import { newRun } from '../../lambdas/core/deliveries/new-run.ts';
import { CLEAN_HEALTH, pausedByUser } from '../../lambdas/core/health/health.ts';
import { createId } from '../../lambdas/core/identifiers.ts';
import { addressOf } from '../../lambdas/core/scope.ts';
import { settingsSchema } from '../../lambdas/core/settings.ts';
import type { WakeMessage } from '../../lambdas/core/wakes/message.ts';
import type { WakePorts } from '../../lambdas/wake/send-due.ts';
import { wake } from '../../lambdas/wake/wake.ts';
import { createCallCounts } from '../../local/simulation/memory/call-counts.ts';
import { createMemoryLedger } from '../../local/simulation/memory/ledger.ts';
import { VirtualClock } from '../../local/simulation/memory/virtual-clock.ts';
import { createMemoryDirectory, createWakesOver } from '../../local/simulation/memory/wakes.ts';
import { anEvent } from '../builders/events.ts';
import {
  answer,
  aWorld,
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  postSeries,
  START_MS,
} from '../local/simulation/simulated.ts';

/** Shorter than the age of the events that are replayed. */
const settings = settingsSchema.parse({ deadlineDays: 3 });
const ENDPOINT = {
  tenant: 'acme',
  environment: 'live',
  endpointId: 'ep_01kdvdna00fd4akpdwy2eq63qm',
} as const;

const newWakes = () =>
  createWakesOver(
    createMemoryDirectory(createCallCounts()),
    { create: async () => undefined },
    () => START_MS,
  );

/** Events that were accepted so many days ago, of which each was replayed just now. */
function replayed(tenant: string, endpointId: string, count: number) {
  return Array.from({ length: count }, (_, index) => {
    const acceptedAtMs = START_MS - 5 * DAY_MS + index;
    const random = Buffer.alloc(10);
    random.writeUInt32BE(index, 2);
    const event = {
      ...anEvent({ acceptedAtMs }),
      tenant,
      id: createId('evt', acceptedAtMs, random),
    };
    const dead = freshDelivery(event, endpointId, settings, acceptedAtMs);
    const delivery: Delivery = {
      ...newRun(dead, 'replay', settings, START_MS),
      workAtMs: START_MS,
    };
    return { event, delivery };
  });
}

/** A paused endpoint with replayed deliveries, and the wake function alone, in virtual time. */
async function pausedWith(count: number) {
  const clock = new VirtualClock(START_MS);
  const ledger = createMemoryLedger(createCallCounts());
  for (const { delivery } of replayed(ENDPOINT.tenant, ENDPOINT.endpointId, count)) {
    await ledger.putDeliveryOnce(delivery);
  }
  await ledger.putHealth(ENDPOINT, pausedByUser(CLEAN_HEALTH, START_MS), 0);
  let wakeUps = 0;
  const wakeWith = (message: WakeMessage) => wake(ports, message, () => 60_000);
  const ports: WakePorts = {
    settings,
    work: ledger,
    health: ledger,
    rates: ledger,
    registry: { getEndpoints: async () => new Map() },
    ledger,
    wakes: newWakes(),
    surroundings: {
      now: () => clock.nowMs,
      random: (bytes) => Buffer.alloc(bytes),
      sleep: (ms) => clock.sleep(ms),
    },
    queues: {
      sendRetries: async () => new Set<number>(),
      sendWakes: async (messages) => {
        for (const { wake: message, delaySeconds } of messages) {
          wakeUps++;
          const atMs = clock.nowMs + Math.max(200, delaySeconds * 1000);
          clock.at(atMs, () => void wakeWith(message));
        }
        return new Set<number>();
      },
    },
    events: { tellDead: async () => undefined },
  };
  return {
    ledger,
    wakeUps: () => wakeUps,
    async run(forMs: number): Promise<void> {
      await wakeWith({ ...ENDPOINT, bucketMs: START_MS });
      await clock.run(START_MS + forMs);
    },
  };
}

/** @returns the requests and the read units of an hour in which a receiver fails all the time */
async function hourOfFailures(count: number) {
  const world = aWorld(() => answer(500), { settings: { deadlineDays: 3 } });
  const endpoint = world.addEndpoint({ contract: 'standard-webhooks', autoPause: false });
  for (const { event, delivery } of replayed(endpoint.tenant, endpoint.id, count)) {
    await world.ledger.putEvents([{ event, targets: [endpoint.id] }]);
    await world.ledger.putDeliveryOnce(delivery);
  }
  postSeries(world, endpoint, { count: 25, fromMs: 1 });
  await world.clock.run(START_MS + HOUR_MS);
  expect(world.ledger.healthOf(addressOf(endpoint)).state).toBe('tripped');
  return { requests: world.sent.length, reads: world.counts.totals.dynamoDbReadUnits };
}

describe('a paused endpoint with replays of events that are older than a deadline', () => {
  it('is let alone while 1,900 wait', async () => {
    const endpoint = await pausedWith(1_900);
    await endpoint.run(MINUTE_MS);
    expect(endpoint.wakeUps()).toBeLessThan(3);
  });

  it.fails('is let alone while 2,100 wait', async () => {
    const endpoint = await pausedWith(2_100);
    await endpoint.run(MINUTE_MS);
    expect(endpoint.wakeUps()).toBeLessThan(3);
  });
});

describe('a delivery that ran out of time behind 2,000 replays', () => {
  it.fails('is dead within ten minutes', async () => {
    const endpoint = await pausedWith(2_000);
    const acceptedAtMs = START_MS - 4 * DAY_MS;
    const id = createId('evt', acceptedAtMs, Buffer.alloc(10, 3));
    const event = { ...anEvent({ acceptedAtMs }), id };
    const dueAtMs = START_MS + MINUTE_MS;
    const late = freshDelivery(event, ENDPOINT.endpointId, settings, acceptedAtMs);
    await endpoint.ledger.putDeliveryOnce({ ...late, dueAtMs, workAtMs: dueAtMs });
    await endpoint.run(10 * MINUTE_MS);
    expect(endpoint.ledger.find(late)?.state).toBe('dead');
  });
});

describe('a receiver that fails all the time, with replays of events that are older than a deadline', () => {
  it.fails('is asked no more often with 2,200 of them than with 100', async () => {
    const few = await hourOfFailures(100);
    const many = await hourOfFailures(2_200);
    expect(many.requests).toBeLessThanOrEqual(few.requests + 10);
  });

  it.fails('costs no more than a few reads for each that waits', async () => {
    expect((await hourOfFailures(2_200)).reads).toBeLessThan(5 * 2_200);
  });
});
