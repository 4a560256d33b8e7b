// A tenant that was erased and is made again: nothing of the earlier one reaches it.
import { randomBytes } from 'node:crypto';
import { DeleteItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Event } from '../../../lambdas/core/events/event.ts';
import { encodeEventMessage } from '../../../lambdas/core/events/message.ts';
import { createId } from '../../../lambdas/core/identifiers.ts';
import { ENVIRONMENTS, type Environment } from '../../../lambdas/core/scope.ts';
import { fanOut } from '../../../lambdas/fan-out/fan-out.ts';
import { accept } from '../../../lambdas/ingest/accept.ts';
import { cleanUp } from '../../../lambdas/wake/erase.ts';
import type { ApiService } from '../../builders/api-service.ts';
import { countCalls, decideOnCalls, startService } from '../../builders/broken-calls.ts';
import { sqsRecord } from '../../builders/ports.ts';

const DAY_MS = 86_400_000;
const ENDPOINT = { url: 'https://acme.io/a' };
const keyed = { 'idempotency-key': 'one' };

let service: ApiService;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service?.stop());

async function erase(id: string): Promise<void> {
  await service.operator('DELETE', `/v1/tenants/${id}`);
  for (let next = service.cleanups.shift(); next; next = service.cleanups.shift()) {
    service.clock.nowMs += next.delaySeconds * 1000;
    await cleanUp(service.cleanupPorts, next.cleanup, () => 60_000);
  }
}

async function makeAgain(): Promise<void> {
  await erase('acme');
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

describe('a tenant that was erased', () => {
  const PATH = '/v1/tenants/acme';
  const remembered = async () => {
    const { Items = [] } = await service.client.send(new ScanCommand({ TableName: 'ledger' }));
    return Items.filter(({ pk, sk }) => pk?.S === 'erased-tenants' && sk?.S === 'acme');
  };
  /** As the table's time to live does it. */
  const forget = async () => {
    for (const { pk, sk } of await remembered()) {
      await service.client.send(
        new DeleteItemCommand({ TableName: 'ledger', Key: { pk, sk } as never }),
      );
    }
  };
  const listed = async () =>
    (await service.operator('GET', '/v1/tenants')).json.data.map(({ id }: { id: string }) => id);

  it('costs a listing of tenants nothing, and is remembered until its last delivery expires', async () => {
    await erase('acme');
    const { Items = [] } = await service.client.send(new ScanCommand({ TableName: 'registry' }));
    expect(Items.filter(({ pk }) => pk?.S === 'tenants').map(({ sk }) => sk?.S)).toEqual([
      'globex',
    ]);
    const { json } = await service.operator('GET', PATH);
    expect(json).toMatchObject({ name: '', erasure: { state: 'done' } });
    const [item] = await remembered();
    const { deadlineDays, retentionDays } = service.settings;
    const days = Math.max(deadlineDays + 2, retentionDays) + 7;
    const expected = Date.parse(json.erasure.finishedAt) + days * DAY_MS;
    expect(Number(item?.exp?.N)).toBe(Math.ceil(expected / 1000));
    await forget();
    expect((await service.operator('GET', PATH)).status).toBe(404);
  });

  it('is there until it is erased, and in no listing', async () => {
    await service.operator('DELETE', PATH);
    expect((await service.operator('GET', PATH)).json.erasure.state).toBe('running');
    expect(await listed()).toEqual(['globex']);
    expect(await remembered()).toEqual([]);
  });

  it('is made again when it is forgotten, and gets its events', async () => {
    await erase('acme');
    service.clock.nowMs += 100 * DAY_MS;
    await forget();
    expect((await service.operator('PUT', PATH, { name: 'again' })).status).toBe(201);
    const ask = await service.keyOf('acme', 'live');
    await ask('POST', '/v1/endpoints', ENDPOINT);
    const event = anEvent('live');
    expect(await fanOutAll([event], false)).toEqual([event.id]);
  });

  it('leaves the list where an older version left it there, once it is deleted again', async () => {
    await erase('acme');
    const [item] = await remembered();
    const old = { pk: { S: 'tenants' }, sk: { S: 'acme' }, v: item?.v, doc: item?.doc };
    await service.client.send(new PutItemCommand({ TableName: 'registry', Item: old as never }));
    await forget();
    expect(await listed()).toEqual(['globex']);
    expect((await service.operator('PUT', PATH, { name: 'too soon' })).status).toBe(409);
    const before = (await service.operator('GET', PATH)).json;
    const again = await service.operator('DELETE', PATH);
    expect([again.status, again.json]).toEqual([202, before]);
    expect((await service.operator('GET', PATH)).json).toEqual(before);
    const { Items = [] } = await service.client.send(new ScanCommand({ TableName: 'registry' }));
    expect(Items.filter(({ pk, sk }) => pk?.S === 'tenants' && sk?.S === 'acme')).toEqual([]);
  });

  it.each(['PutItemCommand', 'DeleteItemCommand'])(
    'is erased all the same where the last %s failed',
    async (command) => {
      await service.operator('DELETE', PATH);
      let failed = 0;
      decideOnCalls(service.client, (name, { Item, Key }) => {
        const isLast =
          command === 'PutItemCommand'
            ? Item?.pk?.S === 'erased-tenants'
            : Key?.pk?.S === 'tenants' && Key.sk?.S === 'acme';
        return name === command && isLast && failed++ === 0 ? 'fails' : undefined;
      });
      for (let next = service.cleanups.shift(); next; next = service.cleanups.shift()) {
        service.clock.nowMs += next.delaySeconds * 1000;
        const handle = () => cleanUp(service.cleanupPorts, next.cleanup, () => 60_000);
        // SQS brings a message again that failed.
        await handle().catch(handle);
      }
      expect(failed).toBeGreaterThan(0);
      expect((await service.operator('GET', PATH)).json.erasure.state).toBe('done');
      expect(await listed()).toEqual(['globex']);
    },
  );

  it('of many costs a listing one query', async () => {
    for (let count = 0; count < 20; count++) {
      await service.operator('PUT', `/v1/tenants/a${count}`, { name: 'a' });
      await erase(`a${count}`);
    }
    const queries = countCalls(service.client, 'QueryCommand');
    const { json } = await service.operator('GET', '/v1/tenants?limit=1');
    expect([json.data[0].id, queries()]).toEqual(['acme', 1]);
  });
});
