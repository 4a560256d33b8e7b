// What a person does to deliveries is done whole.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDeliveryActionRoutes } from '../../lambdas/api/deliveries/actions.ts';
import { freshDelivery } from '../../lambdas/core/deliveries/advance.ts';
import type { Attempt, Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import { createId, deliveryIdOf } from '../../lambdas/core/identifiers.ts';
import { createAuthentication } from '../../lambdas/http/authentication.ts';
import { createSweep } from '../../lambdas/sweep/sweep.ts';
import { createCallCounts } from '../../local/simulation/memory/call-counts.ts';
import { createMemoryDirectory, createWakesOver } from '../../local/simulation/memory/wakes.ts';
import type { ApiService } from '../builders/api-service.ts';
import { startService } from './broken-calls.ts';

const directory = createMemoryDirectory(createCallCounts());
const wakes = createWakesOver(
  directory,
  { create: async () => undefined },
  () => service.clock.nowMs,
);
/** Whether the function dies when it would enter a wake-up. */
const dying = { isOn: false };
const sent: unknown[] = [];

let service: ApiService;
beforeAll(async () => {
  service = await startService();
  const { app, surroundings, ledger, health, registry, settings } = service;
  const authentication = createAuthentication({
    registry,
    secrets: { operatorKey: async () => 'o'.repeat(40) },
    surroundings,
  });
  const mortal: typeof wakes = {
    ...wakes,
    async note(...given) {
      if (dying.isOn) throw new Error('the function dies');
      return wakes.note(...given);
    },
  };
  const queues = {
    sendRetries: async (messages: readonly unknown[]) => {
      sent.push(...messages);
      return new Set<number>();
    },
    sendWakes: async () => new Set<number>(),
  };
  const ports = { ledger, health, registry, queues, wakes: mortal, surroundings, settings };
  addDeliveryActionRoutes(app, authentication, ports);
}, 60_000);
afterAll(() => service?.stop());

const attempt = (atMs: number, status: number): Attempt => ({
  number: 1,
  run: 1,
  cause: 'first',
  atMs,
  durationMs: 1,
  outcome: `http_${status}`,
  status,
});

/** An endpoint, an event for it, and their delivery as it waits for its first attempt; not stored. */
async function aDelivery(): Promise<Delivery> {
  const { json } = await service.acme('POST', '/v1/endpoints', { url: 'https://r.example.com/' });
  const { nowMs } = service.clock;
  const event = {
    tenant: 'acme',
    environment: 'live' as const,
    id: createId('evt', nowMs, randomBytes(10)),
    type: 'a.b',
    acceptedAtMs: nowMs,
    channels: [],
    data: '{}',
  };
  await service.ledger.putEvents([{ event, targets: [json.id] }]);
  return freshDelivery(event, json.id, service.settings, nowMs);
}

async function stored(ref: Delivery): Promise<Delivery | undefined> {
  const found = await service.ledger.getDeliveries([ref]);
  return found.get(deliveryIdOf(ref.eventId, ref.endpointId));
}

describe('a manual retry whose function dies before it enters the wake-up', () => {
  it.fails('leaves the delivery as it was, or something that brings it back', async () => {
    const { dueAtMs, workAtMs, nextCause, ...rest } = await aDelivery();
    const attempts = [attempt(service.clock.nowMs, 500)];
    const dead: Delivery = { ...rest, state: 'dead', attempts, deathReason: 'attempts' };
    await service.ledger.putDeliveryOnce(dead);
    dying.isOn = true;
    await service.acme(
      'POST',
      `/v1/deliveries/${deliveryIdOf(dead.eventId, dead.endpointId)}/retry`,
    );
    dying.isOn = false;
    const after = await stored(dead);
    const { repeatedWakes } = await createSweep({
      wakes,
      queues: { sendWakes: async () => new Set<number>() },
      surroundings: { ...service.surroundings, now: () => service.clock.nowMs + 30 * 60_000 },
    })();
    const isWayBack = sent.length > 0 || repeatedWakes > 0;
    expect({ state: after?.state, isWayBack }).not.toEqual({ state: 'waiting', isWayBack: false });
  });
});
