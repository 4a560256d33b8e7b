// Rules of the registry that hold whatever comes at the same time.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accept } from '../../lambdas/ingest/accept.ts';
import { cleanUp } from '../../lambdas/wake/erase.ts';
import type { ApiService } from '../builders/api-service.ts';
import { decideOnCalls, startService } from '../builders/broken-calls.ts';

let service: ApiService;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service?.stop());

const URL_OF_ACME = { url: 'https://acme.io/a' };

describe('templates', () => {
  it.fails('can be changed while endpoints are made from them', async () => {
    const { json } = await service.acme('POST', '/v1/templates', { name: 't', settings: {} });
    let joins = 0;
    decideOnCalls(service.client, async (_command, { ConditionExpression }) => {
      if (ConditionExpression !== 'doc = :before AND joins = :joins' || joins === 6)
        return undefined;
      joins++;
      await service.acme('POST', '/v1/endpoints', { ...URL_OF_ACME, template: json.id });
      return undefined;
    });
    const changes = { settings: { eventTypes: ['c.d'] } };
    const change = await service.acme('PATCH', `/v1/templates/${json.id}`, changes);
    expect(joins).toBeGreaterThan(0);
    expect(change.status).toBe(200);
  });
});

describe('a tenant that was erased and is made again within the week', () => {
  /** @returns whether it may be made again so soon */
  async function makeAgain(): Promise<boolean> {
    await service.operator('DELETE', '/v1/tenants/acme');
    for (let next = service.cleanups.shift(); next; next = service.cleanups.shift()) {
      service.clock.nowMs += next.delaySeconds * 1000;
      await cleanUp(service.cleanupPorts, next.cleanup, () => 60_000);
    }
    expect((await service.operator('GET', '/v1/tenants/acme')).json.erasure.state).toBe('done');
    const { status } = await service.operator('PUT', '/v1/tenants/acme', { name: 'again' });
    return status !== 409;
  }

  it.fails('gets an endpoint under an idempotency key that was used before', async () => {
    const keyed = { 'idempotency-key': 'one' };
    await service.acme('POST', '/v1/endpoints', URL_OF_ACME, keyed);
    if (!(await makeAgain())) return;
    const ask = await service.keyOf('acme', 'live');
    expect((await ask('POST', '/v1/endpoints', URL_OF_ACME, keyed)).status).toBe(201);
  });

  it.fails('has its events delivered under an idempotency key that was used before', async () => {
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
    if (!(await makeAgain())) return;
    expect(await post()).toBe(false);
  });
});
