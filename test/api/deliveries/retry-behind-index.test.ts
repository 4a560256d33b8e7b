// A manual retry whose message was not sent is found, though a wake-up looked before the index showed it.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tableOf } from '../../../lambdas/adapters/aws/dynamodb/calls.ts';
import { createWakes } from '../../../lambdas/adapters/ledger/wakes.ts';
import { freshDelivery, LOST_AFTER_MS } from '../../../lambdas/core/deliveries/advance.ts';
import { createId, deliveryIdOf } from '../../../lambdas/core/identifiers.ts';
import { BUCKET_MS, bucketOf } from '../../../lambdas/core/wakes/bucket.ts';
import { createSweep } from '../../../lambdas/sweep/sweep.ts';
import type { WakePorts } from '../../../lambdas/wake/send-due.ts';
import { wake } from '../../../lambdas/wake/wake.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';
import { only } from '../../builders/ports.ts';

let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
  service.addActions();
}, 60_000);
afterAll(() => service?.stop());

it('is woken once the index shows it', async () => {
  const { clock, ledger, health, registry, surroundings, settings } = service;
  clock.nowMs = bucketOf(clock.nowMs) + BUCKET_MS - 60_000;
  const { nowMs } = clock;
  const { json } = await service.acme('POST', '/v1/endpoints', { url: 'https://r.example.com/' });
  const scope = { tenant: 'acme', environment: 'live' } as const;
  const id = createId('evt', nowMs, randomBytes(10));
  const event = { ...scope, id, type: 'a.b', acceptedAtMs: nowMs, channels: [], data: '{}' };
  await ledger.putEvents([{ event, targets: [json.id] }]);
  const fresh = freshDelivery(event, json.id, settings, nowMs);
  await ledger.putDeliveryOnce({ ...fresh, state: 'dead', deathReason: 'attempts' });
  const wakes = createWakes(
    tableOf(service.dynamoDb, 'ledger'),
    surroundings,
    async () => 'created',
  );
  // A schedule of the next bucket, which is early.
  const wakeUp = { ...scope, endpointId: json.id, bucketMs: bucketOf(nowMs + LOST_AFTER_MS) };
  const work = only<WakePorts['work']>({ listDue: async () => [] });
  const ports = only<WakePorts>({ settings, surroundings, wakes, work, health, registry });
  let looked: Promise<void> | undefined;
  service.sentRetries.push = () => {
    looked = wake(ports, wakeUp, () => 60_000);
    throw new Error('the function dies');
  };
  await service.acme('POST', `/v1/deliveries/${deliveryIdOf(id, json.id)}/retry`);
  await looked;
  clock.nowMs += 60 * 60_000;
  const queues = { sendWakes: async () => new Set<number>() };
  expect((await createSweep({ wakes, queues, surroundings })()).repeatedWakes).toBe(1);
});
