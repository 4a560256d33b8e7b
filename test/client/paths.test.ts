// An id that is missing, as of a variable that is not set, must not become the path of another operation.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Posthorn } from '../../client/src/index.ts';
import { type FakeService, startFakeService } from './fake-service.ts';

let service: FakeService;
let posthorn: Posthorn;
beforeEach(async () => {
  service = await startFakeService();
  posthorn = new Posthorn({ url: service.url });
});
afterEach(() => service.close());

const CALLS: readonly [name: string, call: (id: string) => Promise<unknown>][] = [
  ['endpoints.get', (id) => posthorn.endpoints.get(id)],
  ['endpoints.update', (id) => posthorn.endpoints.update(id, { timeoutMs: 9_000 })],
  ['endpoints.delete', (id) => posthorn.endpoints.delete(id)],
  ['endpoints.test', (id) => posthorn.endpoints.test(id)],
  ['endpoints.pause', (id) => posthorn.endpoints.pause(id)],
  ['endpoints.rotateSecret', (id) => posthorn.endpoints.rotateSecret(id)],
  ['events.get', (id) => posthorn.events.get(id)],
  ['deliveries.retry', (id) => posthorn.deliveries.retry(id)],
  ['templates.delete', (id) => posthorn.templates.delete(id)],
  ['eventTypes.delete', (id) => posthorn.eventTypes.delete(id)],
  ['keys.revoke', (id) => posthorn.keys.revoke(id)],
  ['replays.cancel', (id) => posthorn.replays.cancel(id)],
  ['tenants.delete', (id) => posthorn.tenants.delete(id)],
  ['api.GET', (id) => posthorn.api.GET('/v1/endpoints/{id}', { params: { path: { id } } })],
];
const IDS: readonly unknown[] = ['', '.', '..', undefined, null, 5, {}, [], '\ud800'];

it.each(CALLS)('%s refuses what is no id, and sends nothing', async (_, call) => {
  for (const id of IDS) {
    await expect(call(id as string), String(id)).rejects.toThrow(TypeError);
    await expect(call(id as string), String(id)).rejects.toThrow(/^(id|name): must be a text/);
  }
  expect(service.asked).toEqual([]);
});

it.each([
  ['a big integer', { a: 1n }],
  [
    'a circle',
    (() => {
      const data: Record<string, unknown> = {};
      data.data = data;
      return data;
    })(),
  ],
])('%s in data is a TypeError, and no fault of the connection', async (_, data) => {
  await expect(posthorn.events.send({ type: 'a.b', data })).rejects.toThrow(TypeError);
  expect(service.asked).toEqual([]);
});
