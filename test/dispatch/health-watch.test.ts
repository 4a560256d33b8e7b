import { expect, it } from 'vitest';
import type { DeliveryMessage } from '../../lambdas/core/deliveries/message.ts';
import { provedAt } from '../../lambdas/core/destinations/destination.ts';
import { CLEAN_HEALTH, type Health, recovering } from '../../lambdas/core/health/health.ts';
import { createHealthWatch } from '../../lambdas/dispatch/health-watch.ts';
import { anEndpoint } from '../builders/endpoints.ts';
import { NOON_MS } from '../builders/events.ts';
import { fixedSurroundings, only } from '../builders/ports.ts';

type Ports = Parameters<typeof createHealthWatch>[0];

const endpoint = anEndpoint({});
const message: DeliveryMessage = {
  tenant: endpoint.tenant,
  environment: endpoint.environment,
  endpointId: endpoint.id,
  eventId: 'evt_1',
  run: 1,
  attempt: 1,
  cause: 'first',
  doubtful: false,
};

it('successes of a recovering endpoint are not written', async () => {
  let reads = 0;
  const watch = createHealthWatch(
    only<Ports>({
      // No write is expected.
      ledger: only<Ports['ledger']>({
        getHealth: async () => {
          reads++;
          return { health: recovering(NOON_MS), version: 1 };
        },
      }),
      surroundings: fixedSurroundings(NOON_MS),
      tripFailures: 20,
    }),
  );
  expect(await watch.maySend({ ...message, released: true }, endpoint)).toBe(true);
  await watch.report(endpoint, { successes: 1, failuresInRow: 0, gone: false, probed: false });
  expect(reads).toBe(1);
});

it('what comes to an endpoint whose URL is not proved is held, and looked for later', async () => {
  const noted: number[] = [];
  const watch = createHealthWatch(
    only<Ports>({
      ledger: only<Ports['ledger']>({
        getHealth: async () => ({ health: CLEAN_HEALTH, version: 0 }),
      }),
      wakes: only<Ports['wakes']>({
        note: async (_endpoint, dueAtMs) => {
          noted.push(dueAtMs - NOON_MS);
        },
      }),
      surroundings: fixedSurroundings(NOON_MS),
      tripFailures: 20,
    }),
  );
  const unproved = { ...endpoint, verifyUrl: true };
  expect(await watch.maySend(message, unproved)).toBe(false);
  expect(await watch.maySend({ ...message, cause: 'probe', released: true }, unproved)).toBe(false);
  // One entry for both.
  expect(noted).toEqual([25 * 60_000]);
  const destination = provedAt(endpoint.destination, NOON_MS);
  expect(await watch.maySend(message, { ...unproved, destination })).toBe(true);
});

it('failures are marked for notices before they are written, until they are so many that one is told', async () => {
  let kept: Health = CLEAN_HEALTH;
  let isDown = true;
  const made: string[] = [];
  const watch = createHealthWatch(
    only<Ports>({
      ledger: only<Ports['ledger']>({
        getHealth: async () => ({ health: kept, version: kept.failures }),
        async putHealth(_endpoint, health) {
          if (isDown) throw new Error('throttled');
          made.push(`${health.failures} written`);
          kept = health;
          return true;
        },
      }),
      events: only<Ports['events']>({
        tellFailing: async () => void made.push('marked'),
      }),
      surroundings: fixedSurroundings(NOON_MS),
      tripFailures: 20,
    }),
  );
  const fail = () =>
    watch.report(endpoint, { successes: 0, failuresInRow: 1, gone: false, probed: false });
  await expect(fail()).rejects.toThrow('throttled');
  expect(made).toEqual(['marked']);
  isDown = false;
  for (let times = 0; times < 4; times++) await fail();
  const each = ['marked', '1 written', 'marked', '2 written', 'marked', '3 written'];
  expect(made.slice(1)).toEqual([...each, '4 written']);
});
