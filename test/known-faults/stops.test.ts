// A request that stops between two of its writes does no harm, and can be sent again.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestReport } from '../../lambdas/core/deliveries/test.ts';
import type { ApiService, Ask } from '../builders/api-service.ts';
import { type CallInput, decideOnCalls, first, startService } from './broken-calls.ts';

const DAY_MS = 86_400_000;

let service: ApiService;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service?.stop());

/** One call fails, once. */
const breakFirst = (isMeant: (command: string, input: CallInput) => boolean): void =>
  decideOnCalls(service.client, first('fails', isMeant));

const isVersion = (command: string, { Key }: CallInput): boolean =>
  command === 'UpdateItemCommand' && Key?.sk?.S === '#version';
const isKeyItself = (command: string, { Item }: CallInput): boolean =>
  command === 'PutItemCommand' && Item?.pk?.S?.startsWith('key#') === true;

/** How many endpoints fan-out knows of a day later. */
async function seenByFanOut(tenant: string): Promise<number> {
  service.clock.nowMs += DAY_MS;
  const found = await service.registry.subscribersOf([{ tenant, environment: 'live' }]);
  return [...found.values()].flat().length;
}

describe('a tenant’s first endpoint whose creation stopped before it was announced', () => {
  const create = (ask: Ask) =>
    ask('POST', '/v1/endpoints', { url: 'https://acme.io/a' }, { 'idempotency-key': 'one' });

  it.fails('gets events if it is listed', async () => {
    const ask = await service.keyOf('fresh', 'live');
    breakFirst(isVersion);
    await create(ask);
    const listed = (await ask('GET', '/v1/endpoints')).json.data.length;
    expect(await seenByFanOut('fresh')).toBe(listed);
  });

  it.fails('gets events once the request was sent again', async () => {
    const ask = await service.keyOf('fresh', 'live');
    breakFirst(isVersion);
    await create(ask);
    expect((await create(ask)).status).toBe(201);
    expect(await seenByFanOut('fresh')).toBe(1);
  });
});

describe('a key whose creation stopped before the key itself was stored', () => {
  const create = () =>
    service.acme('POST', '/v1/keys', { name: 'x' }, { 'idempotency-key': 'one' });

  it.fails('is given when the request is sent again', async () => {
    breakFirst(isKeyItself);
    await create();
    const { status, json } = await create();
    expect({ status, key: json.key }).toEqual({
      status: expect.any(Number),
      key: expect.stringMatching(/^ph_live_/),
    });
  });

  it.fails('is not said to have left nothing behind while it is listed', async () => {
    breakFirst(isKeyItself);
    const { json } = await create();
    const { data } = (await service.acme('GET', '/v1/keys')).json;
    const isListed = data.some(({ name }: { name: string }) => name === 'x');
    const saysNothingWasDone = json.detail.includes('Nothing was accepted');
    expect({ isListed, saysNothingWasDone }).not.toEqual({
      isListed: true,
      saysNothingWasDone: true,
    });
  });
});

describe('creating many endpoints, of which one meets a fault', () => {
  it.fails('and sending the request again under the same idempotency key makes each once', async () => {
    let puts = 0;
    decideOnCalls(service.client, (command, { Item }) => {
      const isEndpoint = command === 'PutItemCommand' && Item?.pk?.S === 'live#acme#endpoints';
      return isEndpoint && ++puts === 5 ? 'fails' : undefined;
    });
    const endpoints = Array.from({ length: 12 }, (_, index) => ({
      url: `https://acme.io/${index}`,
    }));
    const create = () =>
      service.acme('POST', '/v1/endpoints/bulk', { endpoints }, { 'idempotency-key': 'many' });
    const count = async () =>
      (await service.acme('GET', '/v1/endpoints?limit=100')).json.data.length;
    await create();
    // Some of the others may still be under way behind the answer.
    await expect.poll(count, { timeout: 5_000 }).toBeGreaterThanOrEqual(11);
    await create();
    expect(await count()).toBe(endpoints.length);
  });
});

describe('an endpoint whose URL is proved', () => {
  const prove = (): void => {
    service.dispatch.answer = ({ challenge }) =>
      ({ response: { status: 200, body: challenge } }) as TestReport; // no more of it is looked at
  };

  it.fails('is not paused by a change of its URL that failed', async () => {
    prove();
    const asked = { url: 'https://acme.io/a', verifyUrl: true };
    const { json } = await service.acme('POST', '/v1/endpoints', asked);
    expect(json.status).toBe('active');
    service.between.run = () => Promise.reject(new Error('the write failed'));
    await service.acme('PATCH', `/v1/endpoints/${json.id}`, { url: 'https://acme.io/b' });
    const after = (await service.acme('GET', `/v1/endpoints/${json.id}`)).json;
    expect(after).toMatchObject({ url: 'https://acme.io/a', status: 'active' });
  });

  it.fails('is not paused by a change that was undone, its template being deleted meanwhile', async () => {
    prove();
    const template = await service.acme('POST', '/v1/templates', { name: 't', settings: {} });
    const { json } = await service.acme('POST', '/v1/endpoints', { url: 'https://acme.io/a' });
    service.between.run = async () => {
      await service.acme('DELETE', `/v1/templates/${template.json.id}`);
    };
    const path = `/v1/endpoints/${json.id}`;
    await service.acme('PATCH', path, { template: template.json.id, verifyUrl: true });
    const after = (await service.acme('GET', path)).json;
    expect(after).toMatchObject({ verifyUrl: false, status: 'active' });
  });
});

describe('a message that cannot be sent', () => {
  it.fails('leaves no deleted tenant with a key that works', async () => {
    service.cleanups.push = () => {
      throw new Error('the queue is away');
    };
    await service.operator('DELETE', '/v1/tenants/acme');
    service.clock.nowMs += 30 * DAY_MS;
    const { json } = await service.operator('GET', '/v1/tenants/acme');
    const { status } = await service.acme('GET', '/v1/endpoints');
    const found = { isDeleted: json.deletedAt !== null, isKeyGood: status === 200 };
    expect(found).not.toEqual({ isDeleted: true, isKeyGood: true });
  });

  it.fails('leaves no replay that runs for ever', async () => {
    const { json } = await service.acme('POST', '/v1/endpoints', { url: 'https://acme.io/a' });
    service.sentReplays.push = () => {
      throw new Error('the queue is away');
    };
    const asked = { endpoint: json.id, since: '2020-01-01T00:00:00Z' };
    await service.acme('POST', '/v1/replays', asked);
    service.clock.nowMs += 30 * DAY_MS;
    const { data } = (await service.acme('GET', '/v1/replays')).json;
    expect(data.map(({ state }: { state: string }) => state)).not.toContain('running');
  });
});
