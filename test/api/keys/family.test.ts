// A key that a key made: it can do no more, lives no longer, and is revoked with it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeyScope } from '../../../lambdas/core/keys/api-key.ts';
import type { Ask } from '../../builders/api-service.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';
import { decideOnCalls, first } from '../../builders/broken-calls.ts';

const HOUR_MS = 3_600_000;
/** Longer than a key is remembered by authentication. */
const FORGOTTEN_MS = 3_001;

let service: ApiService;
beforeEach(async () => {
  service = await startApiService();
});
afterEach(() => service?.stop());

interface Made {
  readonly id: string;
  readonly ask: Ask;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into member by member
  readonly json: any;
}

async function make(by: Ask, body: object = {}): Promise<Made> {
  const { status, json } = await by('POST', '/v1/keys', body);
  expect(status).toBe(201);
  return { id: json.id, ask: service.askWith(json.key), json };
}
const inMs = (ms: number) => new Date(service.clock.nowMs + ms).toISOString();
const statusOf = async ({ ask }: Made) => (await ask('GET', '/v1/keys/current')).status;
const byOperator = (body: object = {}): Promise<Made> =>
  make(
    (method, path, asked) => service.operator(method, path, asked, { 'posthorn-tenant': 'acme' }),
    body,
  );

describe('the parent of a key', () => {
  it('is the key that made it, and none for the operator’s', async () => {
    const parent = await byOperator();
    const child = await make(parent.ask);
    expect([parent.json.parent, child.json.parent]).toEqual([null, parent.id]);
    const shown = await parent.ask('GET', `/v1/keys/${child.id}`);
    expect(shown.json.parent).toBe(parent.id);
    expect((await child.ask('GET', '/v1/keys/current')).json.key.parent).toBe(parent.id);
  });
});

describe('the expiry of a key', () => {
  it.each<[string, number | undefined, number | undefined, number | undefined]>([
    ['without any', undefined, undefined, undefined],
    ['of its own', undefined, HOUR_MS, HOUR_MS],
    ['of its parent', HOUR_MS, undefined, HOUR_MS],
    ['as late as its parent', HOUR_MS, HOUR_MS, HOUR_MS],
    ['before its parent', HOUR_MS, HOUR_MS - 1, HOUR_MS - 1],
  ])('%s', async (_, parentMs, askedMs, expectedMs) => {
    const at = (ms: number | undefined) => (ms === undefined ? {} : { expiresAt: inMs(ms) });
    const parent = await byOperator(at(parentMs));
    const child = await make(parent.ask, at(askedMs));
    expect(child.json.expiresAt).toBe(at(expectedMs).expiresAt ?? null);
  });

  it.each<[string, number]>([
    ['past', -1],
    ['now', 0],
    ['after its parent’s', HOUR_MS + 1],
  ])('is refused if it is %s, and leaves the idempotency key free', async (_, ms) => {
    const parent = await byOperator({ expiresAt: inMs(HOUR_MS) });
    const keyed = { 'idempotency-key': 'one' };
    const refused = await parent.ask('POST', '/v1/keys', { expiresAt: inMs(ms) }, keyed);
    expect([refused.status, refused.json.errors?.[0].path]).toEqual([422, '/expiresAt']);
    expect((await parent.ask('POST', '/v1/keys', {}, keyed)).status).toBe(201);
  });

  it('is no reason to refuse the repeat of a request', async () => {
    const parent = await byOperator();
    const asked = { expiresAt: inMs(1) };
    const keyed = { 'idempotency-key': 'one' };
    expect((await parent.ask('POST', '/v1/keys', asked, keyed)).status).toBe(201);
    service.clock.nowMs += HOUR_MS;
    expect((await parent.ask('POST', '/v1/keys', asked, keyed)).status).toBe(200);
  });

  it('ends grandchildren with the first of them', async () => {
    const parent = await byOperator({ expiresAt: inMs(HOUR_MS) });
    const grandchild = await make((await make(parent.ask)).ask);
    expect(await statusOf(grandchild)).toBe(200);
    service.clock.nowMs += HOUR_MS;
    expect(await statusOf(grandchild)).toBe(401);
  });
});

describe('revoking a key', () => {
  it('revokes what it made, and what they made, and no other', async () => {
    const parent = await byOperator();
    const child = await make(parent.ask);
    const family = [parent, child, await make(child.ask), await make(parent.ask)];
    const others = [await byOperator(), await make(service.acme)];
    expect((await service.acme('DELETE', `/v1/keys/${parent.id}`)).status).toBe(204);
    service.clock.nowMs += FORGOTTEN_MS;
    expect(await Promise.all(family.map(statusOf))).toEqual([401, 401, 401, 401]);
    expect(await Promise.all(others.map(statusOf))).toEqual([200, 200]);
    const shown = await service.acme('GET', `/v1/keys/${child.id}`);
    expect(shown.json.revokedAt).not.toBeNull();
  });

  it('that was interrupted ends what is left when it is repeated', async () => {
    const parent = await byOperator();
    const child = await make(parent.ask);
    decideOnCalls(
      service.client,
      first('fails', (command) => command === 'QueryCommand'),
    );
    expect((await service.acme('DELETE', `/v1/keys/${parent.id}`)).status).toBe(500);
    expect((await service.acme('DELETE', `/v1/keys/${parent.id}`)).status).toBe(204);
    service.clock.nowMs += FORGOTTEN_MS;
    expect(await Promise.all([parent, child].map(statusOf))).toEqual([401, 401]);
  });

  it.each<[by: string, callerOf: (family: readonly Made[]) => Ask]>([
    ['another key', () => service.acme],
    ['the key itself', ([parent]) => parent?.ask ?? expect.fail()],
    ['a key that it made', ([, child]) => child?.ask ?? expect.fail()],
  ])('is finished by the same caller, whichever write failed: %s', async (_, callerOf) => {
    for (let failing = 0; failing < 4; failing++) {
      const parent = await byOperator();
      const child = await make(parent.ask);
      const family = [parent, child, await make(child.ask), await make(parent.ask)];
      const ask = callerOf(family);
      let seen = 0;
      decideOnCalls(service.client, (command, { ConditionExpression }) =>
        command === 'PutItemCommand' && ConditionExpression === 'doc = :before'
          ? seen++ === failing
            ? 'fails'
            : undefined
          : undefined,
      );
      expect((await ask('DELETE', `/v1/keys/${parent.id}`)).status).toBe(500);
      service.clock.nowMs += FORGOTTEN_MS;
      expect((await ask('DELETE', `/v1/keys/${parent.id}`)).status).toBe(204);
      service.clock.nowMs += FORGOTTEN_MS;
      expect(await Promise.all(family.map(statusOf)), String(failing)).toEqual(
        family.map(() => 401),
      );
    }
  });

  it('that was interrupted is not forgotten while a key that it made works', async () => {
    const parent = await byOperator();
    const child = await make(parent.ask);
    const key = await service.registry.getKey({ tenant: 'acme', environment: 'live' }, parent.id);
    if (!key) throw new Error('no parent');
    await service.registry.revokeKey(key, service.clock.nowMs);
    for (let made = 0; made < 101; made++) {
      service.clock.nowMs += 1;
      const { id } = await byOperator();
      await service.acme('DELETE', `/v1/keys/${id}`);
    }
    await byOperator();
    expect((await service.acme('DELETE', `/v1/keys/${parent.id}`)).status).toBe(204);
    service.clock.nowMs += FORGOTTEN_MS;
    expect(await statusOf(child)).toBe(401);
    await byOperator();
    expect((await service.acme('GET', `/v1/keys/${parent.id}`)).status).toBe(404);
  });

  it.each([0, 1])('is not escaped by a key of generation %i that is being made', async (above) => {
    const parent = await byOperator();
    const child = await make(parent.ask);
    const maker = above === 0 ? parent : child;
    // It is known to authentication for some seconds more.
    await statusOf(maker);
    const revoked = await service.registry.getKey(
      { tenant: 'acme', environment: 'live' },
      parent.id,
    );
    if (!revoked) throw new Error('no parent');
    await service.registry.revokeKey(revoked, service.clock.nowMs);
    const before = (await service.acme('GET', '/v1/keys')).json.data.length;
    expect((await maker.ask('POST', '/v1/keys', {})).status).toBe(401);
    expect((await service.acme('GET', '/v1/keys')).json.data).toHaveLength(before);
  });

  it.each<[string, readonly KeyScope[], readonly KeyScope[], number]>([
    ['all of its scopes', ['keys:write', 'events:read'], ['events:read'], 204],
    ['its own scopes', ['keys:write'], ['keys:write'], 204],
    ['one scope less', ['keys:write', 'events:read'], ['events:read', 'events:write'], 403],
    ['keys:write alone', ['keys:write'], ['events:read'], 403],
  ])('is for keys with %s', async (_, mine, scopes, status) => {
    const other = await byOperator({ scopes });
    const ask = await service.keyOf('acme', 'live', mine);
    expect((await ask('DELETE', `/v1/keys/${other.id}`)).status).toBe(status);
    const { json } = await service.acme('GET', `/v1/keys/${other.id}`);
    expect(json.revokedAt === null).toBe(status === 403);
  });
});
