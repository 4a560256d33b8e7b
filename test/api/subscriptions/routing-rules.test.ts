// Routing rules over the API: kept as a whole, seen by fan-out, and explained.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApiService, startApiService } from '../../builders/api-service.ts';
import { anEvent } from '../../builders/events.ts';

const SCOPE = { tenant: 'acme', environment: 'live' } as const;
const PATH = '/v1/routing-rules';
const eu = { when: { country: ['DE'] }, set: { channels: ['eu'] }, stop: true };
const vip = { when: { vip: [true] }, set: { channels: ['vip'] } };

let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service.stop());

const rulesSeen = async () =>
  [...(await service.registry.subscribersOf([SCOPE])).values()][0]?.rules ?? [];

it('are read, replaced and removed as a whole, and fan-out sees each change', async () => {
  const { acme, globex } = service;
  expect((await acme('GET', PATH)).json).toEqual({ rules: [] });
  const put = await acme('PUT', PATH, { rules: [eu, vip] });
  expect([put.status, put.json]).toEqual([200, { rules: [eu, vip] }]);
  expect(await rulesSeen()).toEqual([eu, vip]);
  expect((await globex('GET', PATH)).json).toEqual({ rules: [] });

  const tag = { 'If-Match': put.headers.get('etag') ?? '' };
  expect((await acme('PUT', PATH, { rules: [vip] }, tag)).status).toBe(200);
  expect((await acme('PUT', PATH, { rules: [eu] }, tag)).status).toBe(412);
  expect(await rulesSeen()).toEqual([vip]);
  expect((await acme('PUT', PATH, { rules: [] })).json).toEqual({ rules: [] });
  expect(await rulesSeen()).toEqual([]);
});

it('are refused with every fault by its path', async () => {
  const rules = [eu, { when: { a: 'x' }, set: { channels: ['a b'] }, more: 1 }];
  const { status, json } = await service.acme('PUT', PATH, { rules });
  expect(status).toBe(422);
  expect(json.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
    '/rules/1/more',
    '/rules/1/set/channels/0',
    '/rules/1/when/a',
  ]);
});

it('are explained by the filter tester: those that are kept, or those that are given', async () => {
  const { acme } = service;
  await acme('PUT', PATH, { rules: [eu, vip] });
  const test = async (body: object) => (await acme('POST', '/v1/filters/test', body)).json;
  const data = { country: 'FR', vip: true };
  expect(await test({ filter: { country: ['FR'] }, data })).toEqual({
    matches: true,
    failures: [],
    routing: {
      channels: ['vip'],
      rules: [
        {
          verdict: 'fails',
          failures: [{ path: '/country', message: 'matches no value in the data' }],
        },
        { verdict: 'matches', failures: [] },
      ],
    },
  });
  const both = { country: 'DE', vip: true };
  expect((await test({ rules: [eu, vip], data: both })).routing).toEqual({
    channels: ['eu'],
    rules: [
      { verdict: 'matches', failures: [] },
      { verdict: 'stopped', failures: [] },
    ],
  });
  const none = await test({ rules: [vip], data: { a: 1 }, channels: ['posted'] });
  expect(none.routing.channels).toEqual(['posted']);
});

it('what they made of an event stands with it', async () => {
  const routing = { channels: ['eu'], rules: [0] };
  const event = anEvent({ ...SCOPE, channels: ['posted'] });
  const plain = anEvent({ ...SCOPE, id: 'evt_01kg9vhq5pfh9tz4dg5ckhsvhm' });
  await service.ledger.putEvents([
    { event, targets: [], routing },
    { event: plain, targets: [] },
  ]);
  const shown = (await service.acme('GET', `/v1/events/${event.id}`)).json;
  expect(shown).toMatchObject({ channels: ['posted'], routing });
  expect((await service.acme('GET', `/v1/events/${plain.id}`)).json.routing).toBeNull();
});
