// A request that stops between two of its writes does no harm, and can be sent again.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestReport } from '../../lambdas/core/deliveries/test.ts';
import type { ApiService } from '../builders/api-service.ts';
import { startService } from './broken-calls.ts';

const DAY_MS = 86_400_000;

let service: ApiService;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service?.stop());

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
