// A request that stops between two of its writes does no harm, and can be sent again.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiService } from '../builders/api-service.ts';
import { startService } from './broken-calls.ts';

const DAY_MS = 86_400_000;

let service: ApiService;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service?.stop());

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
