// A wake-up takes what is due by a lease, and notes a second look at its end: should a message be lost, the
// delivery stands in the index by then.
import { expect, it } from 'vitest';
import { freshDelivery } from '../../lambdas/core/deliveries/advance.ts';
import { settingsSchema } from '../../lambdas/core/settings.ts';
import { BUCKET_MS, bucketEnd, bucketOf } from '../../lambdas/core/wakes/bucket.ts';
import type { WakePorts } from '../../lambdas/wake/send-due.ts';
import { wake } from '../../lambdas/wake/wake.ts';
import { createCallCounts } from '../../local/simulation/memory/call-counts.ts';
import { createMemoryLedger } from '../../local/simulation/memory/ledger.ts';
import { anEndpoint } from '../builders/endpoints.ts';
import { anEvent, NOON_MS } from '../builders/events.ts';
import { fixedSurroundings, only } from '../builders/ports.ts';

const settings = settingsSchema.parse({});

it.each([
  ['healthy', undefined],
  ['limited', 5],
])('a lease ends in the bucket that is noted, however slow the calls are: %s', async (_, limit) => {
  const surroundings = fixedSurroundings(bucketOf(NOON_MS) + BUCKET_MS - 5_000);
  const startMs = surroundings.nowMs;
  const endpoint = anEndpoint(limit === undefined ? {} : { maxPerSecond: limit });
  const ledger = createMemoryLedger(createCallCounts());
  const event = anEvent();
  const delivery = freshDelivery(event, endpoint.id, settings, startMs - 60_000);
  await ledger.putDeliveryOnce({ ...delivery, workAtMs: startMs - 60_000 });
  const noted: number[] = [];
  const ports = only<WakePorts>({
    settings,
    work: ledger,
    ledger,
    health: ledger,
    rates: ledger,
    registry: { getEndpoints: async () => new Map([[endpoint.id, endpoint]]) },
    surroundings,
    queues: { sendRetries: async () => new Set(), sendWakes: async () => new Set() },
    wakes: only<WakePorts['wakes']>({
      done: async () => undefined,
      note: async (_endpoint, dueAtMs) => {
        noted.push(dueAtMs);
        surroundings.nowMs += 20_000;
      },
    }),
  });
  const { tenant, environment } = event;
  const bucketMs = bucketOf(startMs) - BUCKET_MS;
  const message = { tenant, environment, endpointId: endpoint.id, bucketMs };
  await wake(ports, message, () => 60_000);
  const taken = ledger.find({ ...message, eventId: event.id })?.workAtMs ?? 0;
  expect(taken).toBeGreaterThanOrEqual(startMs + BUCKET_MS);
  expect(noted.some((atMs) => bucketOf(atMs) <= taken && taken < bucketEnd(bucketOf(atMs)))).toBe(
    true,
  );
});
