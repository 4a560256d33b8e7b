// What a person does to deliveries never harms an attempt that is under way.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableOf } from '../../../lambdas/adapters/aws/dynamodb/calls.ts';
import { createWorkLedger } from '../../../lambdas/adapters/ledger/work.ts';
import { addDeliveryActionRoutes } from '../../../lambdas/api/deliveries/actions.ts';
import { addEndpointActionRoutes } from '../../../lambdas/api/endpoints/actions.ts';
import { freshDelivery } from '../../../lambdas/core/deliveries/advance.ts';
import type { Attempt, Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import { createId, deliveryIdOf } from '../../../lambdas/core/identifiers.ts';
import { createAuthentication } from '../../../lambdas/http/authentication.ts';
import { serveOn } from '../../../lambdas/http/operation.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';
import { memoryWakes } from '../../builders/wakes.ts';

const HOLDER = 'message/request';
const LEASE_MS = 15_000;

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
  const queues = {
    sendRetries: async () => new Set<number>(),
    sendWakes: async () => new Set<number>(),
  };
  const wakes = memoryWakes(surroundings.now);
  const events = { tellDead: async () => undefined };
  const ports = { ledger, events, health, registry, queues, wakes, surroundings, settings };
  addDeliveryActionRoutes(serve, ports);
  const work = createWorkLedger(tableOf(dynamoDb, 'ledger'));
  addEndpointActionRoutes(serve, { ...ports, work, defaults: {} });
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

async function claimed(delivery: Delivery): Promise<Delivery> {
  await service.ledger.putDeliveryOnce(delivery);
  const { nowMs } = service.clock;
  const claim = await service.ledger.claim({
    ref: delivery,
    fresh: undefined,
    run: 1,
    attempt: 1,
    holder: HOLDER,
    nowMs,
    leaseUntilMs: nowMs + LEASE_MS,
  });
  if (claim.kind !== 'claimed') throw new Error(`not claimed but ${claim.kind}`);
  return claim.delivery;
}

const idOf = ({ eventId, endpointId }: Delivery): string => deliveryIdOf(eventId, endpointId);

describe('an attempt that is under way', () => {
  it.each([
    ['purged', 200, ({ endpointId }: Delivery) => `/v1/endpoints/${endpointId}/purge`],
    ['cancelled', 409, (delivery: Delivery) => `/v1/deliveries/${idOf(delivery)}/cancel`],
    ['retried', 409, (delivery: Delivery) => `/v1/deliveries/${idOf(delivery)}/retry`],
  ])('is recorded though it is to be %s meanwhile', async (_, status, path) => {
    const { lease, dueAtMs, workAtMs, nextCause, ...rest } = await claimed(await aDelivery());
    const answer = await service.acme('POST', path({ ...rest }));
    expect(answer.status).toBe(status);
    if (status === 200) expect(answer.json).toEqual({ cancelled: 0, complete: false });
    if (status === 409) expect(answer.headers.get('retry-after')).toBe(String(LEASE_MS / 1000));
    const attempts = [attempt(service.clock.nowMs, 200)];
    const done: Delivery = { ...rest, state: 'delivered', attempts, recordedBy: HOLDER };
    expect(await service.ledger.recordClaimed(done, HOLDER)).toBe(true);
    expect((await stored(done))?.attempts).toHaveLength(1);
  });
});
