// A tenant that was erased and is made again: nothing of the earlier one reaches it.
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Event } from '../../../lambdas/core/events/event.ts';
import { encodeEventMessage } from '../../../lambdas/core/events/message.ts';
import { createId } from '../../../lambdas/core/identifiers.ts';
import { ENVIRONMENTS, type Environment } from '../../../lambdas/core/scope.ts';
import { fanOut } from '../../../lambdas/fan-out/fan-out.ts';
import { accept } from '../../../lambdas/ingest/accept.ts';
import { cleanUp } from '../../../lambdas/wake/erase.ts';
import type { ApiService } from '../../builders/api-service.ts';
import { startService } from '../../builders/broken-calls.ts';
import { sqsRecord } from '../../builders/ports.ts';

const DAY_MS = 86_400_000;
const ENDPOINT = { url: 'https://acme.io/a' };
const keyed = { 'idempotency-key': 'one' };

let service: ApiService;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service?.stop());

async function makeAgain(): Promise<void> {
  await service.operator('DELETE', '/v1/tenants/acme');
  for (let next = service.cleanups.shift(); next; next = service.cleanups.shift()) {
    service.clock.nowMs += next.delaySeconds * 1000;
    await cleanUp(service.cleanupPorts, next.cleanup, () => 60_000);
  }
  service.clock.nowMs += 7 * DAY_MS;
  const { status } = await service.operator('PUT', '/v1/tenants/acme', { name: 'again' });
  expect(status).toBe(201);
}

const anEvent = (environment: Environment): Event => ({
  tenant: 'acme',
  environment,
  id: createId('evt', service.clock.nowMs, randomBytes(10)),
  type: 'a.b',
  acceptedAtMs: service.clock.nowMs,
  channels: [],
  data: '{}',
});

/** @returns the ids of the events whose deliveries were sent */
async function fanOutAll(events: readonly Event[], mayRepeat: boolean): Promise<string[]> {
  const sent: string[] = [];
  const ports = {
    ...service,
    queues: {
      async sendDeliveries(messages: readonly { readonly eventId: string }[]) {
        sent.push(...messages.map(({ eventId }) => eventId));
        return new Set<number>();
      },
    },
  };
  const records = events.map((event) => sqsRecord(encodeEventMessage({ event, mayRepeat })));
  expect(await fanOut(ports, records)).toEqual([]);
  return sent;
}

describe('a tenant that is made again', () => {
  it('gets an endpoint under an idempotency key that was used before', async () => {
    await service.acme('POST', '/v1/endpoints', ENDPOINT, keyed);
    await makeAgain();
    const ask = await service.keyOf('acme', 'live');
    expect((await ask('POST', '/v1/endpoints', ENDPOINT, keyed)).status).toBe(201);
  });

  it('has its events delivered under an idempotency key that was used before', async () => {
    const { ledger, surroundings } = service;
    const queues = { sendEvents: async () => new Set<number>() };
    const post = async () => {
      const candidate = {
        scope: { tenant: 'acme', environment: 'live' as const },
        input: { type: 'a.b', data: {} },
        data: '{}',
        idempotencyKey: 'one',
      };
      const [answer] = await accept({ ledger, queues, surroundings }, [candidate]);
      return answer && 'duplicate' in answer ? answer.duplicate : undefined;
    };
    expect(await post()).toBe(false);
    await makeAgain();
    expect(await post()).toBe(false);
  });

  it.each(ENVIRONMENTS.flatMap((of) => [false, true].map((mayRepeat) => [of, mayRepeat] as const)))(
    'gets no event that a queue has held since before (%s, by the doubtful path: %s)',
    async (environment, mayRepeat) => {
      await service.keyOf('acme', environment);
      const before = anEvent(environment);
      service.clock.nowMs += 1;
      await makeAgain();
      const ask = await service.keyOf('acme', environment);
      const { json } = await ask('POST', '/v1/endpoints', ENDPOINT);
      expect(json.id).toBeDefined();
      const after = anEvent(environment);
      // However long it was held, and in one batch with others.
      for (const days of [0, 40]) {
        service.clock.nowMs += days * DAY_MS;
        expect(await fanOutAll([before, after], mayRepeat)).toEqual([after.id]);
      }
      const refs = [before, after].map((event) => ({ ...event, eventId: event.id }));
      expect([...(await service.ledger.getEvents(refs)).keys()]).toEqual([after.id]);
    },
  );

  it('loses no event of its own, though a clock is slow', async () => {
    await makeAgain();
    const ask = await service.keyOf('acme', 'live');
    await ask('POST', '/v1/endpoints', ENDPOINT);
    const event = { ...anEvent('live'), acceptedAtMs: service.clock.nowMs - 60_000 };
    expect(await fanOutAll([event], false)).toEqual([event.id]);
  });
});
