// What falls due at an endpoint is taken once, and what is too late is told of.
import { describe, expect, it } from 'vitest';
import { freshDelivery } from '../../lambdas/core/deliveries/advance.ts';
import { createId } from '../../lambdas/core/identifiers.ts';
import { settingsSchema } from '../../lambdas/core/settings.ts';
import { sendDue, type WakePorts } from '../../lambdas/wake/send-due.ts';
import { createCallCounts } from '../../local/simulation/memory/call-counts.ts';
import { createMemoryLedger } from '../../local/simulation/memory/ledger.ts';
import { anEvent, NOON_MS } from '../builders/events.ts';
import { fixedSurroundings, only } from '../builders/ports.ts';

const ENDPOINT = { tenant: 'acme', environment: 'live', endpointId: 'ep_one' } as const;
const settings = settingsSchema.parse({});

/** @returns how often each delivery was sent */
async function sentBy(beforeMs: number, dueAtMs: (index: number) => number): Promise<number[]> {
  const ledger = createMemoryLedger(createCallCounts());
  for (let index = 0; index < 450; index++) {
    const random = Buffer.alloc(10);
    random.writeUInt32BE(index, 2);
    const event = { ...anEvent(), tenant: 'acme', id: createId('evt', NOON_MS, random) };
    const delivery = freshDelivery(event, ENDPOINT.endpointId, settings, NOON_MS);
    const atMs = dueAtMs(index);
    await ledger.putDeliveryOnce({ ...delivery, dueAtMs: atMs, workAtMs: atMs });
  }
  const times = new Map<string, number>();
  const ports = only<WakePorts>({
    work: ledger,
    ledger,
    surroundings: fixedSurroundings(NOON_MS),
    wakes: only<WakePorts['wakes']>({ note: async () => undefined }),
    queues: only<WakePorts['queues']>({
      sendRetries: async (messages) => {
        for (const { message } of messages) {
          times.set(message.eventId, (times.get(message.eventId) ?? 0) + 1);
        }
        return new Set();
      },
    }),
  });
  expect(await sendDue(ports, ENDPOINT, beforeMs, () => false)).toBe(true);
  return [...times.values()];
}

// Regression: an early wake-up takes what is due later than ten minutes from now, and took anew what it had just
// moved there.
describe('a backlog is taken once', () => {
  it.each([
    ['by a wake-up that is early', NOON_MS + 690_000, (index: number) => NOON_MS + index],
    ['at the same moment', NOON_MS + 1, () => NOON_MS],
    ['late', NOON_MS + 1, (index: number) => NOON_MS - index * 1_000],
  ])('%s', async (_, beforeMs, dueAtMs) => {
    expect(await sentBy(beforeMs, dueAtMs)).toEqual(Array.from({ length: 450 }, () => 1));
  });
});
