// Which endpoints many-at-once requests mean, where what they name is no endpoint.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApiService, startApiService } from '../../builders/api-service.ts';

let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service?.stop());

it.each([
  ['PATCH', '/v1/endpoints', { changes: { description: 'changed' } }],
  ['POST', '/v1/endpoints/test', {}],
])('regression: %s %s was a 500 for ids that are none, such as empty ones', async (...request) => {
  const [method, path, more] = request;
  const ids = ['', '\r', 'ep_', 'ep_x', '\u{1f600}', 'key_01h455vb4pex5vsknk084sn02q'];
  const { status, json } = await service.acme(method, path, { filter: { ids }, ...more });
  expect(status).toBe(200);
  expect(json.results).toEqual([]);
});
