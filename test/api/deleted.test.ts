// What was deleted costs nothing, keeps nothing and does not come back.
import { PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { documentItem } from '../../lambdas/adapters/items/documents.ts';
import { createId } from '../../lambdas/core/identifiers.ts';
import type { ApiService, Ask } from '../builders/api-service.ts';
import { countCalls, decideOnCalls, first, startService } from '../builders/broken-calls.ts';
import { wholeOr } from '../builders/share.ts';
import { dumpTable } from '../builders/table-dump.ts';

const LIVE = { tenant: 'acme', environment: 'live' } as const;
const DAY_MS = 86_400_000;

let service: ApiService;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service?.stop());

const SECRETS = {
  url: 'https://acme.io/hooks-of-a-customer',
  headers: { 'X-Customer': 'header-of-a-customer' },
  description: 'description-of-a-customer',
  token: 'wh_token-of-a-customer-0123456789',
  authentication: [{ type: 'bearer', token: 'bearer-token-of-a-customer' }],
};

async function itemsIn(partition: string): Promise<number> {
  const { Items = [] } = await service.client.send(new ScanCommand({ TableName: 'registry' }));
  return Items.filter(({ pk }) => pk?.S === partition).length;
}

async function leave(path: string, body: object, count: number, ask: Ask = service.acme) {
  const ids: string[] = [];
  const one = async () => {
    for (let at = ids.length; at < count; at = ids.length) {
      ids.push('');
      // Ids of one moment have no order.
      service.clock.nowMs += 1;
      const { json } = await ask('POST', path, 'name' in body ? { ...body, name: `n${at}` } : body);
      ids[at] = json.id;
      expect((await ask('DELETE', `${path}/${json.id}`)).status).toBe(204);
    }
  };
  await Promise.all(Array.from({ length: 8 }, one));
  return ids;
}

const KINDS = [
  ['endpoints', '/v1/endpoints', SECRETS],
  [
    'templates',
    '/v1/templates',
    { name: 't', settings: { authentication: SECRETS.authentication } },
  ],
] as const;

describe.each(KINDS)('%s that were deleted', (kind, path, body) => {
  it('leave nothing in the list and cost a listing, a fan-out and a creation one query each', {
    timeout: 600_000,
  }, async () => {
    await leave(path, body, 3);
    const before = await itemsIn(`live#acme#${kind}`);
    await leave(path, body, kind === 'endpoints' ? wholeOr(1_000, 100) : 100);
    expect(await itemsIn(`live#acme#${kind}`)).toBe(before);
    const queries = countCalls(service.client, 'QueryCommand');
    expect((await service.acme('GET', `${path}?limit=1`)).json).toEqual({ data: [], next: null });
    expect(queries()).toBe(1);
    await service.registry.subscribersOf([LIVE]);
    expect(queries()).toBe(2);
    expect((await service.acme('POST', path, body)).status).toBe(201);
    expect(queries()).toBe(3);
  });

  it('leave nothing but an id and times, which expire', async () => {
    const [id = ''] = await leave(path, body, 1);
    const registry = await dumpTable(service.client, 'registry');
    const ledger = await dumpTable(service.client, 'ledger');
    expect(registry + ledger).not.toMatch(/of-a-customer|sealed[A-Z]\w*":"/);
    expect(registry).not.toContain(id);
    const { Items = [] } = await service.client.send(new ScanCommand({ TableName: 'ledger' }));
    const left = Items.filter(({ sk }) => sk?.S === id);
    const { deadlineDays, retentionDays } = service.settings;
    const latestMs = Math.max(deadlineDays + 2, retentionDays) * DAY_MS;
    for (const { exp } of left) {
      expect(Number(exp?.N) * 1000).toBeGreaterThanOrEqual(service.clock.nowMs + latestMs);
    }
    expect(left).toHaveLength(1);
  });

  it('are not made again by the request that made them', async () => {
    const keyed = { 'idempotency-key': 'one' };
    const { json } = await service.acme('POST', path, body, keyed);
    await service.acme('DELETE', `${path}/${json.id}`);
    const again = await service.acme('POST', path, body, keyed);
    expect(again.status).toBe(409);
    expect(again.json.detail).toContain('since been deleted');
    expect((await service.acme('GET', path)).json.data).toEqual([]);
  });

  it('stay deleted where an older version left them in the list', async () => {
    const { json } = await service.acme('POST', path, body);
    const { Items = [] } = await service.client.send(new ScanCommand({ TableName: 'registry' }));
    const [item] = Items.filter(({ sk }) => sk?.S === json.id);
    const doc = JSON.stringify({ ...JSON.parse(item?.doc?.S ?? ''), deletedAtMs: 1 });
    await service.client.send(
      new PutItemCommand({ TableName: 'registry', Item: { ...item, doc: { S: doc } } }),
    );
    const { json: other } = await service.acme(
      'POST',
      path,
      'name' in body ? { ...body, name: 'u' } : body,
    );
    const page = await service.acme('GET', `${path}?limit=1`);
    const { next } = page.json;
    const rest = await service.acme('GET', `${path}?limit=1&cursor=${next}`);
    const listed = [...page.json.data, ...rest.json.data].map(({ id }: { id: string }) => id);
    expect(listed).toEqual([other.id]);
    expect((await service.acme('GET', `${path}/${json.id}`)).status).toBe(404);
    expect((await service.acme('PATCH', `${path}/${json.id}`, {})).status).toBe(404);
    const subscribers = await service.registry.subscribersOf([LIVE]);
    const ids = [...subscribers.values()].flatMap((ones) => ones?.map(({ id }) => id) ?? []);
    expect(ids).not.toContain(json.id);
  });

  it.each(['fails', 'loses its answer'] as const)(
    'are there or gone where a write %s',
    async (fate) => {
      for (const command of ['PutItemCommand', 'DeleteItemCommand', 'UpdateItemCommand']) {
        const named = 'name' in body ? { ...body, name: command } : body;
        const { json } = await service.acme('POST', path, named);
        const isMeant = (name: string, { Key, Item }: { Key?: object; Item?: object }) =>
          name === command && !JSON.stringify({ Key, Item }).includes('key_');
        decideOnCalls(service.client, first(fate, isMeant));
        await service.acme('DELETE', `${path}/${json.id}`);
        const { status } = await service.acme('DELETE', `${path}/${json.id}`);
        expect([204, 404]).toContain(status);
        expect((await service.acme('GET', path)).json.data).toEqual([]);
      }
    },
  );
});

describe('the deliveries of an endpoint that was deleted', () => {
  it('are still shown by its id, and those of none are not', async () => {
    const [id = ''] = await leave('/v1/endpoints', SECRETS, 1);
    expect((await service.acme('GET', `/v1/deliveries?endpoint=${id}`)).status).toBe(200);
    expect((await service.globex('GET', `/v1/deliveries?endpoint=${id}`)).status).toBe(404);
    const never = createId('ep', 0, new Uint8Array(10));
    expect((await service.acme('GET', `/v1/deliveries?endpoint=${never}`)).status).toBe(404);
    const found = await service.registry.getEndpoints([{ ...LIVE, id }]);
    expect(found.get(id)).toMatchObject({
      destination: { kind: 'http', urls: [] },
      sealedSecrets: [],
      deletedAtMs: expect.any(Number),
    });
  });
});

describe('keys', () => {
  const hashes = async () => {
    const { Items = [] } = await service.client.send(new ScanCommand({ TableName: 'registry' }));
    return Items.filter(({ pk }) => pk?.S?.startsWith('key#')).length;
  };

  it('are one document, which a revocation changes with one write', async () => {
    const { json } = await service.acme('POST', '/v1/keys', { name: 'name-of-a-key' });
    const texts = (await dumpTable(service.client, 'registry')).split('\n');
    expect(texts.filter((text) => text.includes('name-of-a-key'))).toHaveLength(1);
    const writes: string[] = [];
    decideOnCalls(service.client, (command, { Item, Key }) => {
      const isUse = Key?.sk?.S?.startsWith('key_');
      if (/^(Put|Update|Delete)/.test(command) && !isUse) writes.push(Item?.pk?.S ?? command);
      return undefined;
    });
    await service.acme('DELETE', `/v1/keys/${json.id}`);
    expect(writes).toEqual([expect.stringMatching(/^key#/)]);
    const { data } = (await service.acme('GET', '/v1/keys?limit=100')).json;
    const shown = data.find(({ id }: { id: string }) => id === json.id);
    expect(shown).toMatchObject({ name: 'name-of-a-key', revokedAt: expect.any(String) });
  });

  it('that were revoked or have expired are listed until a hundred newer ones are, and then forgotten', async () => {
    const ask = await service.keyOf('many', 'live');
    const expiresAt = new Date(service.clock.nowMs + 1_000).toISOString();
    const { json: expired } = await ask(
      'POST',
      '/v1/keys',
      { expiresAt },
      { 'idempotency-key': 'e' },
    );
    service.clock.nowMs += 2_000;
    const revoked = await leave('/v1/keys', {}, 160, ask);
    for (let made = 0; made < 2; made++) await ask('POST', '/v1/keys', {});
    expect(await itemsIn('live#many#keys')).toBeLessThanOrEqual(1 + 2 + 100 + 1);
    expect((await ask('GET', `/v1/keys/${expired.id}`)).status).toBe(404);
    expect((await ask('GET', `/v1/keys/${revoked[159]}`)).json.revokedAt).toEqual(
      expect.any(String),
    );
    expect(await hashes()).toBeLessThan(110);
    const repeat = await ask('POST', '/v1/keys', { expiresAt }, { 'idempotency-key': 'e' });
    expect(repeat.status).toBe(409);
    const queries = countCalls(service.client, 'QueryCommand');
    await ask('GET', '/v1/keys?limit=1');
    await ask('POST', '/v1/keys', {});
    expect(queries()).toBe(2);
  });

  it('stay removed where a revocation comes late', async () => {
    const { json } = await service.acme('POST', '/v1/keys', {});
    const key = await service.registry.getKey(LIVE, json.id);
    if (!key) throw new Error('no key');
    await service.registry.deleteKey(key);
    await service.registry.revokeKey(key, service.clock.nowMs);
    expect(await dumpTable(service.client, 'registry')).not.toContain(key.hash);
  });

  it('of an older version work, are listed and can be revoked', async () => {
    const { json } = await service.acme('POST', '/v1/keys', { name: 'old' });
    const key = await service.registry.getKey(LIVE, json.id);
    if (!key) throw new Error('no key');
    const place = { pk: { S: 'live#acme#keys' }, sk: { S: key.id } };
    const whole = { ...documentItem(place, key), used: { N: '3600000' } };
    await service.client.send(new PutItemCommand({ TableName: 'registry', Item: whole }));
    expect((await service.acme('GET', `/v1/keys/${key.id}`)).json).toMatchObject({
      name: 'old',
      lastUsedAt: new Date(3_600_000).toISOString(),
    });
    await service.acme('DELETE', `/v1/keys/${key.id}`);
    expect((await service.registry.findKey(key.hash))?.revokedAtMs).toBe(service.clock.nowMs);
    expect((await service.acme('GET', `/v1/keys/${key.id}`)).json.revokedAt).toEqual(
      expect.any(String),
    );
  });
});

describe('the open catalogue of event types', () => {
  it('is read in a few queries, however many types are not public', async () => {
    for (let made = 0; made < 60; made++) {
      const asked = { description: 'x', public: made === 59 };
      await service.operator('PUT', `/v1/event-types/t.n${made + 10}`, asked);
    }
    const queries = countCalls(service.client, 'QueryCommand');
    const { json } = await service.anyone('GET', '/.well-known/event-types.json?limit=1');
    expect(queries()).toBeLessThanOrEqual(3);
    expect(json.data.map(({ name }: { name: string }) => name)).toEqual(['t.n69']);
  });
});
