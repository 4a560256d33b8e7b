import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TestReport } from '../../../lambdas/core/deliveries/test.ts';
import { type ApiService, type Ask, startApiService } from '../../builders/api-service.ts';

let service: ApiService;
let id: string;
beforeAll(async () => {
  service = await startApiService();
  const made = await service.acme('POST', '/v1/endpoints', { url: 'https://hooks.acme.com/in' });
  id = made.json.id;
});
afterAll(() => service?.stop());

const REPORT: TestReport = {
  outcome: 'http_204',
  detail: null,
  sentAt: '2026-01-31T09:30:00.000Z',
  durationMs: 12,
  timings: { dnsMs: 1, connectMs: 2, tlsMs: 3, firstByteMs: 4 },
  request: { method: 'POST', url: 'https://hooks.acme.com/in', headers: {}, body: '{}' },
  response: { status: 204, headers: {}, body: '' },
};
beforeEach(() => {
  service.tested.length = 0;
  service.dispatch.answer = REPORT;
});

describe('POST /v1/endpoints/{id}/test', () => {
  it('asks dispatch, and answers with the whole exchange', async () => {
    const answer = await service.acme('POST', `/v1/endpoints/${id}/test`);
    expect([answer.status, answer.json]).toEqual([200, REPORT]);
    expect(service.tested).toEqual([{ tenant: 'acme', environment: 'live', endpointId: id }]);
  });

  it('hands on the type, and the exact bytes of the data', async () => {
    const data = '{ "b":1.00,"a" : [ 1e2 ] }';
    await service.acme('POST', `/v1/endpoints/${id}/test`, `{"data":${data},"type":"a.b"}`);
    expect(service.tested).toEqual([
      { tenant: 'acme', environment: 'live', endpointId: id, eventType: 'a.b', data },
    ]);
  });

  it.each<[string, unknown, number]>([
    ['an unknown field', { kind: 'a' }, 422],
    ['a bad type', { type: 'no good' }, 422],
    ['data that is no object', { data: [] }, 422],
    ['a list', [], 422],
    ['a key that stands twice', '{"data":{"a":1,"a":2}}', 422],
    ['half a body', '{"data":', 400],
    ['too much', { data: { f: 'x'.repeat(256 * 1024) } }, 413],
  ])('refuses %s', async (_, body, status) => {
    const answer = await service.acme('POST', `/v1/endpoints/${id}/test`, body);
    expect(answer.status).toBe(status);
    expect(service.tested).toEqual([]);
  });

  it('is 503 if dispatch fails, and says nothing of why', async () => {
    const logged = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    service.dispatch.answer = undefined;
    const answer = await service.acme('POST', `/v1/endpoints/${id}/test`);
    expect(answer.status).toBe(503);
    expect(JSON.stringify(answer.json)).not.toContain('Unhandled');
    expect(JSON.stringify(logged.mock.calls)).toContain(id);
    logged.mockRestore();
  });

  it('is for keys that may write endpoints', async () => {
    const reader = await service.keyOf('acme', 'live', ['endpoints:read']);
    expect((await reader('POST', `/v1/endpoints/${id}/test`)).status).toBe(403);
  });

  it('is the same 404 for another tenant, the other environment, none and a deleted one', async () => {
    const form = async (ask: Ask, of: string) => {
      const { status, json } = await ask('POST', `/v1/endpoints/${of}/test`);
      return { status, json: { ...json, requestId: undefined } };
    };
    const none = await form(service.acme, 'ep_01h455vb4pex5vsknk084sn02q');
    expect(none.status).toBe(404);
    for (const ask of [service.globex, service.acmeTest]) expect(await form(ask, id)).toEqual(none);
    const made = await service.acme('POST', '/v1/endpoints', { url: 'https://hooks.acme.com/in' });
    await service.acme('DELETE', `/v1/endpoints/${made.json.id}`);
    expect(await form(service.acme, made.json.id)).toEqual(none);
    expect(service.tested).toEqual([]);
  });
});
