// Nobody posts what Posthorn alone may say; what bears the prefix already stays as it is.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createId } from '../../../lambdas/core/identifiers.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';
import { anEvent } from '../../builders/events.ts';

const TYPE = 'posthorn.endpoint.paused';
let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
  service.addActions();
});
afterAll(() => service.stop());

it.each(['acme', 'operator'] as const)('%s may not post a reserved type', async (who) => {
  const call = service[who];
  const own = who === 'operator' ? { tenant: 'acme' } : {};
  const one = await call('POST', '/v1/events', { ...own, type: TYPE, data: {} });
  expect([one.status, one.json.errors]).toEqual([
    422,
    [{ path: '/type', message: 'must not begin with posthorn.' }],
  ]);
  const events = [
    { ...own, type: TYPE, data: {} },
    { ...own, type: 'dossier.created', data: {} },
  ];
  const batch = await call('POST', '/v1/events/batch', { events });
  expect(batch.status).toBe(202);
  expect(batch.json.results).toMatchObject([
    { error: { status: 422, errors: [{ path: '/events/0/type' }] } },
    { duplicate: false },
  ]);
  expect(service.sentEvents.every(({ event }) => event.type !== TYPE)).toBe(true);
});

it('an event that bears the prefix already is read and listed as before', async () => {
  const id = createId('evt', Date.now(), Buffer.alloc(10, 7));
  await service.ledger.putEvents([
    { event: { ...anEvent({ id, type: TYPE }), tenant: 'acme', environment: 'live' }, targets: [] },
  ]);
  expect((await service.acme('GET', `/v1/events/${id}`)).json.type).toBe(TYPE);
  const idsFor = async (query: string) =>
    (await service.acme('GET', `/v1/events${query}`)).json.data.map(
      (one: { id: string }) => one.id,
    );
  expect(await idsFor('')).toContain(id);
  expect(await idsFor('?type=posthorn.*')).toContain(id);
  expect(await idsFor('?type=**')).not.toContain(id);
});
