// Filters and the catalogue over the whole runtime, as a platform and its customers meet them.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../builders/eventually.ts';
import { startReceiver, type TestReceiver } from '../../builders/receiver.ts';
import { call, newTenant, type TestTenant } from '../client.ts';
import { startEmbedded } from '../embedded-target.ts';
import type { Target } from '../target.ts';

let target: Target;
let receiver: TestReceiver;
let tenant: TestTenant;

beforeAll(async () => {
  [target, receiver] = await Promise.all([startEmbedded(), startReceiver()]);
  tenant = await newTenant(target);
}, 90_000);
afterAll(async () => {
  await target?.remove();
  await receiver?.close();
});

it('an endpoint gets the events that its filter lets through, and follows a change of it', async () => {
  const filter = { risk: { score: [{ numeric: ['>', 80] }] } };
  const { id } = await tenant.endpoint(`${receiver.url}/risky`, {
    filter,
    eventTypes: ['check.*'],
  });
  await tenant.endpoint(`${receiver.url}/all`, { eventTypes: ['check.*'] });
  const post = (score: number) => tenant.event({ type: 'check.done', data: { risk: { score } } });
  const [low, high] = [await post(80), await post(81)];
  await receiver.untilAt('/all', 2);
  const targetsOf = async (event: string) =>
    eventually(async () => {
      const { status, body } = await tenant.call('GET', `/v1/events/${event}`);
      return status === 200 && body.deliveries.length;
    });
  expect([await targetsOf(low), await targetsOf(high)]).toEqual([1, 2]);
  const [arrival] = await receiver.untilAt('/risky', 1);
  expect(arrival?.headers['webhook-id']).toBe(high);

  await tenant.call('PATCH', `/v1/endpoints/${id}`, { body: { filter: null } });
  expect(await targetsOf(await post(1))).toBe(2);
});

it('an event that does not fit its type’s schema is refused, alone or in a batch', async () => {
  const path = '/v1/event-types/strict.made';
  const asOperator = { key: target.operatorKey };
  const schema = { type: 'object', required: ['id'] };
  const put = await call(target, 'PUT', path, {
    ...asOperator,
    body: { schema, onMismatch: 'refuse' },
  });
  expect(put.status).toBe(201);
  const body = { type: 'strict.made', data: {} };
  // In force within seconds.
  const refused = await eventually(async () => {
    const answer = await tenant.call('POST', '/v1/events', { body });
    return answer.status === 422 && answer;
  });
  expect(refused.body.errors).toEqual([{ path: '/data/id', message: 'is missing' }]);
  const events = [body, { ...body, data: { id: 1 } }, { type: 'other.made', data: {} }];
  const batch = await tenant.call('POST', '/v1/events/batch', { body: { events } });
  expect(batch.status).toBe(202);
  expect(batch.body.results.map(({ error }) => error?.errors)).toEqual([
    [{ path: '/events/0/data/id', message: 'is missing' }],
    undefined,
    undefined,
  ]);
  expect((await call(target, 'DELETE', path, asOperator)).status).toBe(204);
});

it('what creates does so once per idempotency key', async () => {
  for (const [path, body] of [
    ['/v1/endpoints', { url: `${receiver.url}/once` }],
    ['/v1/keys', {}],
  ] as const) {
    const create = () =>
      tenant.call('POST', path, { body, headers: { 'idempotency-key': 'once' } });
    const [first, again] = [await create(), await create()];
    expect(first.status).toBe(201);
    expect(again.body.id).toBe(first.body.id);
  }
});
