// Rules of the registry that hold whatever comes at the same time.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
