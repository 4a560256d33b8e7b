// A creation that stops between two of its writes leaves nothing behind, and can be sent again.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiService, Ask } from '../builders/api-service.ts';
import { type CallInput, decideOnCalls, first, startService } from '../builders/broken-calls.ts';

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

  it('gets events if it is listed', async () => {
    const ask = await service.keyOf('fresh', 'live');
    breakFirst(isVersion);
    await create(ask);
    const listed = (await ask('GET', '/v1/endpoints')).json.data.length;
    expect(await seenByFanOut('fresh')).toBe(listed);
  });

  it('gets events once the request was sent again', async () => {
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

  it('is given when the request is sent again', async () => {
    breakFirst(isKeyItself);
    await create();
    const { status, json } = await create();
    expect({ status, key: json.key }).toEqual({
      status: expect.any(Number),
      key: expect.stringMatching(/^ph_live_/),
    });
  });

  it('is not said to have left nothing behind while it is listed', async () => {
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
  it('and sending the request again under the same idempotency key makes each once', async () => {
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

describe('a keyed creation of which any one write fails', () => {
  const KINDS = [
    ['endpoint', '/v1/endpoints', { url: 'https://acme.io/a' }],
    ['key', '/v1/keys', { name: 'x' }],
    ['template', '/v1/templates', { name: 't', settings: {} }],
  ] as const;
  const writes = ['PutItemCommand', 'UpdateItemCommand'];

  it.each(KINDS)('ends as one without a fault once it is sent again: %s', async (_, path, body) => {
    const ask = await service.keyOf('fresh', 'live');
    const own = (await ask('GET', path)).json.data.length;
    for (let broken = 0; ; broken++) {
      let made = 0;
      let isBroken = false;
      decideOnCalls(service.client, (command, { Key }) => {
        // The note of a key's use is written beside the request.
        const isOwn = writes.includes(command) && !Key?.sk?.S?.startsWith('key_');
        if (!isOwn || isBroken || made++ !== broken) return undefined;
        isBroken = true;
        return 'fails';
      });
      const named = 'name' in body ? { ...body, name: `${body.name}${broken}` } : body;
      const create = () => ask('POST', path, named, { 'idempotency-key': `k${broken}` });
      const before = await create();
      const { status, json } = isBroken ? await create() : before;
      expect({ broken, status }).toEqual({ broken, status: 201 });
      expect((await ask('GET', path)).json.data).toHaveLength(own + broken + 1);
      if (path === '/v1/keys') expect(json.key).toMatch(/^ph_live_/);
      if (path === '/v1/endpoints') expect(await seenByFanOut('fresh')).toBe(broken + 1);
      if (!isBroken) break;
    }
  });
});
