// What a person asks for is brought to its end by something, wherever the function dies.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableOf } from '../../../lambdas/adapters/aws/dynamodb/calls.ts';
import { createWorkLedger } from '../../../lambdas/adapters/ledger/work.ts';
import { addDeliveryActionRoutes } from '../../../lambdas/api/deliveries/actions.ts';
import { addEndpointActionRoutes } from '../../../lambdas/api/endpoints/actions.ts';
import { freshDelivery } from '../../../lambdas/core/deliveries/advance.ts';
import type { Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import { createId, deliveryIdOf } from '../../../lambdas/core/identifiers.ts';
import { createAuthentication } from '../../../lambdas/http/authentication.ts';
import { serveOn } from '../../../lambdas/http/operation.ts';
import { createSweep } from '../../../lambdas/sweep/sweep.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';
import { memoryWakes } from '../../builders/wakes.ts';

const wakes = memoryWakes(() => service.clock.nowMs);
/** Where the function dies. */
let diesAt: 'entering the wake-up' | 'sending' | undefined;
const dieAt = (place: typeof diesAt) => {
  if (diesAt === place) throw new Error('the function dies');
};

let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
  const { app, surroundings, ledger, health, registry, settings, dynamoDb } = service;
  const authentication = createAuthentication({
    registry,
    sessions: { findSession: async () => undefined },
    secrets: { operatorKey: async () => 'o'.repeat(40) },
    surroundings,
  });
  const serve = serveOn(app, authentication);
  const mortal: typeof wakes = {
    ...wakes,
    async note(...given) {
      dieAt('entering the wake-up');
      return wakes.note(...given);
    },
  };
  const send = async () => {
    dieAt('sending');
    return new Set<number>();
  };
  const queues = { sendRetries: send, sendWakes: send };
  const events = { tellDead: async () => undefined };
  const ports = { ledger, events, health, registry, queues, wakes: mortal, surroundings, settings };
  addDeliveryActionRoutes(serve, ports);
  const work = createWorkLedger(tableOf(dynamoDb, 'ledger'));
  addEndpointActionRoutes(serve, { ...ports, work, defaults: {} });
}, 60_000);
afterAll(() => service?.stop());

/** Whether sweep finds what brings it back. */
async function isFoundLater(): Promise<boolean> {
  const surroundings = { now: () => service.clock.nowMs + 30 * 60_000 };
  const queues = { sendWakes: async () => new Set<number>() };
  return (await createSweep({ wakes, queues, surroundings })()).repeatedWakes > 0;
}

const anEndpoint = async (): Promise<string> => {
  const url = 'https://r.example.com/';
  return (await service.acme('POST', '/v1/endpoints', { url })).json.id;
};

/** A delivery that is dead after one attempt. */
async function aDeadDelivery(): Promise<Delivery> {
  const { nowMs } = service.clock;
  const endpointId = await anEndpoint();
  const event = {
    tenant: 'acme',
    environment: 'live' as const,
    id: createId('evt', nowMs, randomBytes(10)),
    type: 'a.b',
    acceptedAtMs: nowMs,
    channels: [],
    data: '{}',
  };
  await service.ledger.putEvents([{ event, targets: [endpointId] }]);
  const { dueAtMs, workAtMs, nextCause, ...rest } = freshDelivery(
    event,
    endpointId,
    service.settings,
    nowMs,
  );
  const outcome = { outcome: 'http_500', status: 500 };
  const attempt = { number: 1, run: 1, cause: 'first' as const, atMs: nowMs, durationMs: 1 };
  const attempts = [{ ...attempt, ...outcome }];
  const dead: Delivery = { ...rest, state: 'dead', attempts, deathReason: 'attempts' };
  await service.ledger.putDeliveryOnce(dead);
  return dead;
}

/** The first place comes before anything is written: this one comes first, and enters nothing. */
describe.each(['entering the wake-up', 'sending'] as const)(
  'a function that dies at %s',
  (place) => {
    it('leaves a manual retry undone, or what brings it back', async () => {
      const { eventId, endpointId, ...dead } = await aDeadDelivery();
      const id = deliveryIdOf(eventId, endpointId);
      diesAt = place;
      const { status } = await service.acme('POST', `/v1/deliveries/${id}/retry`);
      diesAt = undefined;
      expect(status).toBeGreaterThanOrEqual(500);
      const found = await service.ledger.getDeliveries([{ ...dead, eventId, endpointId }]);
      const isUndone = found.get(id)?.state === 'dead';
      expect(isUndone || (await isFoundLater())).toBe(true);
    });

    it('leaves an endpoint that is resumed paused, or what brings its deliveries', async () => {
      const id = await anEndpoint();
      await service.acme('POST', `/v1/endpoints/${id}/pause`);
      diesAt = place;
      const { status } = await service.acme('POST', `/v1/endpoints/${id}/resume`);
      diesAt = undefined;
      expect(status).toBeGreaterThanOrEqual(500);
      const { json } = await service.acme('GET', `/v1/endpoints/${id}`);
      expect(json.status === 'paused' || (await isFoundLater())).toBe(true);
    });
  },
);
