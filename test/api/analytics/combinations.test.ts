// What is asked for and is not counted is refused by its name, or the answer says what it lacks.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dayRollup } from '../../../lambdas/core/analytics/day.ts';
import { addTo, totalIn } from '../../../lambdas/core/analytics/histogram.ts';
import { HOUR_MS, hourOf, hourStartMs } from '../../../lambdas/core/analytics/hour.ts';
import { emptyRollup } from '../../../lambdas/core/analytics/rollup.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';
import { putHour, someLines } from '../../builders/lines.ts';

let service: ApiService;
let endpoint: string;
/** So many whole hours before the one that it is. */
const hour = (back: number): string => hourOf(service.clock.nowMs - back * HOUR_MS);
const from = (back: number, to: number): string =>
  `since=${hour(back)}:00:00Z&until=${hour(to)}:00:00Z`;
const ask = (path: string) => service.acme('GET', `/v1/analytics/${path}`);
const newEndpoint = async (): Promise<string> =>
  (await service.acme('POST', '/v1/endpoints', { url: 'https://acme.io/x' })).json.id;
type Json = ReturnType<typeof JSON.parse>;
const sum = (data: Json[], name: string): number => data.reduce((all, one) => all + one[name], 0);

beforeAll(async () => {
  service = await startApiService();
  endpoint = await newEndpoint();
});
afterAll(() => service.stop());

describe('a type at one endpoint', () => {
  it.each([
    ['latency', '', 'type', 'has no latency at one endpoint: leave out endpoint or type'],
    ['retries', '', 'type', 'has no retries at one endpoint: leave out endpoint or type'],
    [
      'attempts',
      '&granularity=5m',
      'granularity',
      'has no counts of a type at one endpoint by five minutes: ask for 1h or 1d',
    ],
    [
      'deliveries',
      '&granularity=5m',
      'granularity',
      'has no counts of a type at one endpoint by five minutes: ask for 1h or 1d',
    ],
    ['attempts', '&by=outcome', 'by', 'outcome is not counted for one type: leave out type'],
  ])('has no %s%s', async (path, more, at, message) => {
    const { status, json } = await ask(`${path}?endpoint=${endpoint}&type=a.b${more}`);
    expect([status, json.errors]).toEqual([422, [{ path: at, message }]]);
  });

  it('says in how many hours it was not among the largest', async () => {
    const own = await newEndpoint();
    const others = Array.from({ length: 20 }, (_, n) => `other.${n}`);
    const ofTypes = (at: number, count: number) =>
      others.flatMap((type) => someLines(hour(at), count, { endpoint: own, type }));
    const wanted = { endpoint: own, type: 'wanted' };
    // Named, though 20 others are; not named; alone; and not there at all.
    await putHour(service.rollups, hour(9), [...ofTypes(9, 2), ...someLines(hour(9), 3, wanted)]);
    await putHour(service.rollups, hour(8), [...ofTypes(8, 2), ...someLines(hour(8), 1, wanted)]);
    await putHour(service.rollups, hour(7), someLines(hour(7), 5, wanted));
    await putHour(service.rollups, hour(6), ofTypes(6, 1));
    const answer = async (query: string) =>
      (await ask(`attempts?endpoint=${own}&type=wanted&${query}`)).json;
    const all = await answer(from(10, 5));
    expect([sum(all.data, 'count'), all.uncertainHours]).toEqual([8, 1]);
    const [first] = (await answer(from(9, 8))).data;
    expect(first).toMatchObject({ count: 3, success: 3, avgMs: 20, p50Ms: null, outcomes: {} });
    expect((await answer(from(7, 5))).uncertainHours).toBe(0);
    const { status, json } = await ask(`attempts?endpoint=${own}&type=wanted&${from(8, 7)}`);
    expect([status, json.errors]).toEqual([
      422,
      [{ path: 'type', message: 'is not among the 20 largest of the endpoint in any hour' }],
    ]);
  });

  it('may have the name of what is left of groups', async () => {
    const own = await newEndpoint();
    const ofType = (type: string, count: number) =>
      someLines(hour(9), count, { endpoint: own, type });
    await putHour(service.rollups, hour(9), [...ofType('other', 3), ...ofType('a.b', 4)]);
    const { json } = await ask(`attempts?endpoint=${own}&type=other&${from(9, 8)}`);
    expect(json.data).toEqual([expect.objectContaining({ group: null, count: 3 })]);
  });

  it('may lack something in all of a day in which there were further types', async () => {
    const own = await newEndpoint();
    const day = hour(24 * 9).slice(0, 10);
    const lines = Array.from({ length: 21 }, (_, n) =>
      someLines(`${day}T05`, n === 0 ? 1 : 2, { endpoint: own, type: `t.${n}` }),
    ).flat();
    await putHour(service.rollups, `${day}T05`, lines);
    const whose = { kind: 'endpoint', tenant: 'acme', environment: 'live', endpoint: own } as const;
    const hours = await service.rollups.readRollups(whose, `${day}T00`, `${day}T23`);
    await service.rollups.putDays(day, new Map([[whose, dayRollup(hours)]]));
    const window = `since=${day}T00:00:00Z&until=${day}T23:59:00Z&granularity=1d`;
    const { json } = await ask(`attempts?endpoint=${own}&type=t.1&${window}`);
    expect([sum(json.data, 'count'), json.uncertainHours]).toEqual([2, 24]);
  });
});

it('a type of a tenant says in how many hours it was not among the 200 largest', async () => {
  const [at, later] = [hour(24 * 4), hour(24 * 4 - 1)];
  const lines = Array.from({ length: 200 }, (_, n) =>
    someLines(at, 2, { type: `many.${n}` }),
  ).flat();
  await putHour(service.rollups, at, [...lines, ...someLines(at, 1, { type: 'rare' })]);
  await putHour(service.rollups, later, someLines(later, 4, { type: 'rare' }));
  const { json } = await ask(`attempts?type=rare&${from(24 * 4, 24 * 4 - 2)}`);
  expect([sum(json.data, 'count'), json.uncertainHours]).toEqual([4, 1]);
  const named = await ask(`attempts?type=many.0&${from(24 * 4, 24 * 4 - 2)}`);
  expect([sum(named.json.data, 'count'), named.json.uncertainHours]).toEqual([2, 0]);
});

describe('five minutes', () => {
  it.each([
    ['latency', 'has no counts of latency by five minutes: ask for 1h or 1d'],
    ['retries', 'has no counts of retries by five minutes: ask for 1h or 1d'],
  ])('have no %s', async (path, message) => {
    for (const whose of ['', `&endpoint=${endpoint}`, '&type=a.b']) {
      const { status, json } = await ask(`${path}?granularity=5m${whose}`);
      expect([status, json.errors]).toEqual([422, [{ path: 'granularity', message }]]);
    }
  });

  it.each([
    ['attempts', '', 'count'],
    ['attempts', '&type=five', 'count'],
    ['deliveries', '', 'delivered'],
    ['deliveries', '&type=five', 'delivered'],
  ])('of %s%s have what came in them', async (path, whose, name) => {
    const at = hour(24 * 6);
    const startMs = hourStartMs(at);
    const lines = [1, 7, 59].flatMap((minute) => {
      const endedAt = startMs + minute * 60_000 + 20;
      const end = { end: 'delivered', endedAt, attempts: 1 } as const;
      const one = { type: 'five', at: startMs + minute * 60_000, ...end };
      return someLines(at, 1, one);
    });
    await putHour(service.rollups, at, lines);
    const { json } = await ask(`${path}?granularity=5m&${from(24 * 6, 24 * 6 - 1)}${whose}`);
    const minutes = json.data.flatMap((one: Json) =>
      one[name] > 0 ? [[(Date.parse(one.at) - startMs) / 60_000, one[name]]] : [],
    );
    expect(minutes).toEqual([
      [0, 1],
      [5, 1],
      [55, 1],
    ]);
  });
});

describe('groups', () => {
  it('by outcome are a hundred, and the rest as other', async () => {
    const at = hour(24 * 5);
    const lines = Array.from({ length: 130 }, (_, n) =>
      someLines(at, n < 10 ? 1 : 2, { outcome: `http_${200 + n}` }),
    ).flat();
    await putHour(service.rollups, at, lines);
    const { json } = await ask(`attempts?by=outcome&${from(24 * 5, 24 * 5 - 1)}`);
    expect(json.data).toHaveLength(101);
    expect([sum(json.data, 'count'), sum(json.data, 'success')]).toEqual([lines.length, 190]);
    const other = json.data.find((one: Json) => one.group === 'other');
    expect([other.count, other.success]).toEqual([50, 10]);
  });

  it('by attempt are in the order of attempts', async () => {
    const at = hour(24 * 7);
    const lines = [31, 12, 4, 7, 3, 2, 1].flatMap((attemptInRun) =>
      someLines(at, 1, { attempt: attemptInRun, attemptInRun }),
    );
    await putHour(service.rollups, at, lines);
    const { json } = await ask(`attempts?by=attempt&${from(24 * 7, 24 * 7 - 1)}`);
    const groups = json.data.map((one: Json) => one.group);
    expect(groups).toEqual(['1', '2', '3', '4-5', '6-10', '11-30', '31+']);
  });
});

it('an answer that is longer than one may be is refused', async () => {
  const own = await newEndpoint();
  const whose = { kind: 'endpoint', tenant: 'acme', environment: 'live', endpoint: own } as const;
  const rollup = emptyRollup();
  for (let ms = 1; ms < 30_000; ms = Math.ceil(ms * 1.1)) addTo(rollup.ok, ms);
  const days = 32;
  for (let back = 1; back <= 24 * days; back++) {
    await service.rollups.putRollups(hour(back), new Map([[whose, rollup]]));
  }
  const of = (until: number) => `latency?endpoint=${own}&${from(24 * days, until)}`;
  const { status, json } = await ask(of(0));
  const message = 'makes an answer of more than 2.5 MB: ask for less time, or for longer spans';
  expect([status, json.errors]).toEqual([422, [{ path: 'granularity', message }]]);
  const shorter = await ask(of(24 * (days - 14)));
  expect([shorter.status, shorter.json.data.length]).toEqual([200, 14 * 24]);
  const longer = await ask(`${of(0)}&granularity=1d&timeZone=Europe/Berlin`);
  expect([longer.status, sum(longer.json.data, 'count')]).toEqual([
    200,
    24 * days * totalIn(rollup.ok),
  ]);
}, 60_000);
