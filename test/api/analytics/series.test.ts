// /v1/analytics over hours that were counted from lines, against sums of the same lines.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packLines } from '../../../lambdas/core/analytics/archive.ts';
import { HourCount } from '../../../lambdas/core/analytics/counting.ts';
import { dayOf, dayRollup, dayStartMs } from '../../../lambdas/core/analytics/day.ts';
import { hourOf, hourStartMs } from '../../../lambdas/core/analytics/hour.ts';
import { hourOfLine, isAttempt, type Line } from '../../../lambdas/core/analytics/line.ts';
import { freshDelivery } from '../../../lambdas/core/deliveries/advance.ts';
import { createId } from '../../../lambdas/core/identifiers.ts';
import { countDue } from '../../../lambdas/rollup/count-due.ts';
import { randomFrom } from '../../../local/simulation/random.ts';
import { MemoryArchive } from '../../analytics/stream.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';
import { anEvent } from '../../builders/events.ts';

const HOUR_MS = 3_600_000;
const EVENTS = 3_000;
let service: ApiService;
let lines: Line[] = [];
const endpoints: string[] = [];
/** The beginning of the window: whole hours before now, all of them counted. */
let startMs = 0;
const HOURS = 48;

function drawn(): Line[] {
  const random = randomFrom(7);
  return Array.from({ length: EVENTS }, (_, n): Line => {
    const at = startMs + Math.floor(random() * (HOURS - 1) * HOUR_MS);
    const ok = random() < 0.9;
    const ms = Math.ceil(random() ** 3 * 2_000);
    return {
      tenant: 'acme',
      environment: 'live',
      endpoint: endpoints[Math.floor(random() ** 2 * endpoints.length)] ?? '',
      event: `evt_${n}`,
      type: random() < 0.7 ? 'a.b' : 'c.d',
      accepted: at,
      run: 1,
      attempt: 1,
      attemptInRun: 1,
      cause: random() < 0.02 ? 'probe' : 'first',
      at,
      ms,
      outcome: ok ? 'http_200' : 'http_503',
      ...(ok ? { end: 'delivered' as const, endedAt: at + ms, attempts: 1 } : {}),
    };
  });
}

beforeAll(async () => {
  service = await startApiService();
  const { clock, acme, rollups } = service;
  startMs = hourStartMs(hourOf(clock.nowMs)) - (HOURS + 3) * HOUR_MS;
  for (let n = 0; n < 3; n++) {
    const made = await acme('POST', '/v1/endpoints', { url: `https://acme.io/${n}` });
    endpoints.push(made.json.id);
  }
  lines = drawn();
  const byHour = [...Map.groupBy(lines, hourOfLine)].sort();
  const archive = new MemoryArchive();
  for (const [hour, some] of byHour) {
    const { key, body } = packLines(hour, some, '1', '2');
    await archive.put(key, body);
  }
  const ports = {
    turn: { take: async () => true, giveBack: async () => undefined },
    hours: {
      begin: async () => undefined,
      listDue: async () => byHour.map(([hour]) => ({ hour, token: 'token' })),
      settle: async () => undefined,
      note: async () => undefined,
    },
    archive,
    rollups,
    tenants: {
      createdTimes: async (ids: Iterable<string>) => new Map([...ids].map((id) => [id, 0])),
    },
    surroundings: { now: () => clock.nowMs, random: (size: number) => new Uint8Array(size) },
    graceMs: 0,
    reportWait: () => undefined,
    reportFailure: () => undefined,
  };
  await countDue(ports, clock.nowMs);
});
afterAll(() => service.stop());

const window = (more = '') =>
  `since=${new Date(startMs).toISOString()}&until=${new Date(startMs + HOURS * HOUR_MS).toISOString()}${more}`;
const counted = () => lines.filter(isAttempt).filter(({ cause }) => cause !== 'probe');
const daysAgo = (days: number) => new Date(service.clock.nowMs - days * 24 * HOUR_MS).toISOString();
type Json = ReturnType<typeof JSON.parse>;
const sum = (data: Json[], name: string): number => data.reduce((all, one) => all + one[name], 0);

describe('attempts', () => {
  it.each(['5m', '1h', '1d'])('by %s add up to all that were made', async (granularity) => {
    const { status, json } = await service.acme(
      'GET',
      `/v1/analytics/attempts?${window(`&granularity=${granularity}`)}`,
    );
    expect(status).toBe(200);
    expect(sum(json.data, 'count')).toBe(counted().length);
    expect(sum(json.data, 'success')).toBe(
      counted().filter(({ outcome }) => outcome === 'http_200').length,
    );
    const fine = granularity === '5m';
    expect(json.data.every((one: Json) => one.p95Ms === null)).toBe(fine);
    // The last day may go on beyond the window, up to now.
    const isOver = Date.parse(json.until) <= service.clock.nowMs - 2 * HOUR_MS;
    expect(isOver || granularity === '1d').toBe(true);
    expect(json).toMatchObject({ complete: isOver, live: null, asOf: null });
  });

  it('have percentiles within 5 % of the exact ones', async () => {
    const { json } = await service.acme(
      'GET',
      `/v1/analytics/attempts?${window('&granularity=1d')}`,
    );
    for (const { at, count, p50Ms, p95Ms, successRate } of json.data) {
      const from = Date.parse(at);
      const times = counted()
        .filter((line) => line.at + line.ms >= from && line.at + line.ms < from + 24 * HOUR_MS)
        .map(({ ms }) => ms)
        .sort((a, b) => a - b);
      expect(count).toBe(times.length);
      if (count < 20) continue;
      for (const [share, shown] of [
        [0.5, p50Ms],
        [0.95, p95Ms],
      ]) {
        const exact = times[Math.floor(share * (times.length - 1))] ?? 0;
        expect(Math.abs(shown - exact)).toBeLessThanOrEqual(0.05 * exact * 1.000_001);
      }
      expect(successRate).toBeGreaterThan(0.5);
    }
  });

  it.each<[string, (line: Line) => string | undefined]>([
    ['endpoint', ({ endpoint }) => endpoint],
    ['type', ({ type }) => type],
    ['outcome', ({ outcome }) => outcome],
    ['attempt', () => '1'],
    ['contract', () => 'standard-webhooks'],
    ['method', () => 'POST'],
    ['tls', () => 'standard'],
  ])('by %s are those of each group', async (by, groupOf) => {
    const { json } = await service.acme(
      'GET',
      `/v1/analytics/attempts?${window(`&granularity=1d&by=${by}`)}`,
    );
    const groups = Map.groupBy(json.data as Json[], ({ group }) => group);
    const expected = Map.groupBy(counted(), groupOf);
    expect([...groups.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [group, points] of groups) {
      expect([group, sum(points, 'count')]).toEqual([group, expected.get(group)?.length]);
    }
  });

  it('of an endpoint, of a type, and of a type at an endpoint are theirs alone', async () => {
    const [endpoint] = endpoints;
    for (const [query, isOf] of [
      [`&endpoint=${endpoint}`, (line: Line) => line.endpoint === endpoint],
      ['&type=c.d', (line: Line) => line.type === 'c.d'],
      [
        `&endpoint=${endpoint}&type=c.d`,
        (line: Line) => line.endpoint === endpoint && line.type === 'c.d',
      ],
    ] as const) {
      const { json } = await service.acme('GET', `/v1/analytics/attempts?${window(query)}`);
      expect([query, sum(json.data, 'count')]).toEqual([query, counted().filter(isOf).length]);
    }
  });

  it('of days in a zone half an hour off are counted to the five minutes, and say so', async () => {
    const { json } = await service.acme(
      'GET',
      `/v1/analytics/attempts?${window('&granularity=1d&timeZone=Asia/Kolkata')}`,
    );
    expect(json.percentiles).toBe('nearest hours');
    for (const { at, count } of json.data) {
      expect(at).toMatch(/T18:30:00/);
      const from = Date.parse(at);
      const own = counted().filter(
        ({ at, ms }) => at + ms >= from && at + ms < from + 24 * HOUR_MS,
      );
      expect(count).toBe(own.length);
    }
  });

  it('are lines of CSV where that is accepted', async () => {
    const { headers, text } = await service.acme(
      'GET',
      `/v1/analytics/attempts?${window('&granularity=1d')}`,
      undefined,
      { accept: 'text/csv' },
    );
    expect(headers.get('content-type')).toContain('text/csv');
    const [head, ...rows] = text.trim().split('\r\n');
    expect(head).toContain('at,group,count,success,failure,successRate,avgMs');
    const column = (head ?? '').split(',').indexOf('count');
    const total = rows.reduce((all, row) => all + Number(row.split(',')[column]), 0);
    expect(total).toBe(counted().length);
  });
});

describe('days', () => {
  it('are read where they are kept and hours no longer, and hours from yesterday on', async () => {
    const { acme, clock, rollups } = service;
    const whose = { kind: 'tenant', tenant: 'acme', environment: 'live' } as const;
    const day = dayOf(clock.nowMs - 200 * 24 * HOUR_MS);
    const [line] = lines;
    if (!line) throw new Error('there is no line');
    const count = new HourCount();
    for (let n = 0; n < 30; n++) {
      count.take({
        ...line,
        event: `evt_old_${n}`,
        cause: 'first',
        at: dayStartMs(day) + n,
        ms: 70,
      });
    }
    count.settle(() => true);
    const counted30 = [...count.rollups(() => true)].find(([{ kind }]) => kind === 'tenant');
    if (!counted30) throw new Error('nothing is counted');
    const rollup = dayRollup([{ ...counted30[1], hour: `${day}T00` }]);
    await rollups.putDays(day, new Map([[whose, rollup]]));
    const since = `since=${daysAgo(201)}&granularity=1d`;
    const { json } = await acme('GET', `/v1/analytics/attempts?${since}`);
    const then = json.data.find((one: Json) => one.at === `${day}T00:00:00.000Z`);
    expect(then).toMatchObject({ count: 30, avgMs: 70 });
    expect(Math.abs(then.p95Ms - 70)).toBeLessThanOrEqual(3.5);
    expect(sum(json.data, 'count')).toBe(30 + counted().length);
    for (const by of ['type', 'endpoint', 'outcome', 'attempt']) {
      const grouped = await acme('GET', `/v1/analytics/attempts?${since}&by=${by}`);
      expect([by, sum(grouped.json.data, 'count')]).toEqual([by, 30 + counted().length]);
    }
  });

  it('are in no answer twice, whatever part of one a window begins in', async () => {
    for (const hours of [1, 12, 23, 25, 36, 47, 49, 60]) {
      const since = new Date(service.clock.nowMs - hours * HOUR_MS).toISOString();
      const query = `since=${since}&granularity=1d`;
      const { json } = await service.acme('GET', `/v1/analytics/attempts?${query}`);
      const fromMs = Date.parse(json.since);
      const wanted = counted().filter(({ at, ms }) => at + ms >= fromMs).length;
      expect([hours, sum(json.data, 'count')]).toEqual([hours, wanted]);
    }
  });
});

describe('the current hour', () => {
  it('of an endpoint has an attempt as soon as the ledger has it', async () => {
    const { acme, clock, ledger, settings } = service;
    const made = await acme('POST', '/v1/endpoints', { url: 'https://acme.io/now' });
    const path = `/v1/analytics/attempts?endpoint=${made.json.id}`;
    const before = await acme('GET', path);
    expect([sum(before.json.data, 'count'), before.json.live]).toEqual([0, null]);
    const id = createId('evt', clock.nowMs, randomBytes(10));
    const event = anEvent({ id, acceptedAtMs: clock.nowMs });
    const fresh = freshDelivery(event, made.json.id, settings, clock.nowMs);
    const attempt = {
      number: 1,
      run: 1,
      cause: 'first' as const,
      atMs: clock.nowMs,
      durationMs: 40,
      outcome: 'http_500',
    };
    await ledger.putDeliveryOnce({ ...fresh, attempts: [attempt] });
    const { json } = await acme('GET', path);
    expect(sum(json.data, 'failure')).toBe(1);
    expect(json).toMatchObject({ live: 'exact', complete: false });
    expect(json.data.at(-1)).toMatchObject({ count: 1, avgMs: 40, outcomes: { http_500: 1 } });
  });
});

describe('the other series', () => {
  it('deliveries add up to what was delivered', async () => {
    const { json } = await service.acme('GET', `/v1/analytics/deliveries?${window()}`);
    expect(sum(json.data, 'delivered')).toBe(lines.filter(({ end }) => end === 'delivered').length);
  });

  it('the heat map holds every attempt once', async () => {
    const { json } = await service.acme('GET', `/v1/analytics/latency?${window()}`);
    const buckets = json.data.flatMap((one: Json) => one.buckets);
    expect(sum(buckets, 'count')).toBe(counted().length);
  });

  it('retries say which attempt succeeded', async () => {
    const { json } = await service.acme('GET', `/v1/analytics/retries?${window()}`);
    expect(json.data.map((one: Json) => one.attempt)).toEqual([
      '1',
      '2',
      '3',
      '4-5',
      '6-10',
      '11-30',
      '31+',
    ]);
    expect(json.data[0]).toMatchObject({ attempts: counted().length });
  });

  it('the summary is of the tenant, and of the stack for the operator', async () => {
    const own = await service.acme('GET', '/v1/analytics/summary');
    expect(own.status).toBe(200);
    const stack = await service.operator('GET', '/v1/analytics/summary');
    expect(stack.json.now).toEqual(own.json.now);
    const named = await service.operator('GET', '/v1/analytics/summary', undefined, {
      'posthorn-tenant': 'acme',
    });
    expect(named.json.now).toEqual(own.json.now);
    const other = await service.globex('GET', '/v1/analytics/summary');
    expect(other.json.now.attempts).toBe(0);
    expect(other.json.endpoints).toEqual([]);
  });
});

describe('what is refused', () => {
  it.each([
    ['&by=endpoint&endpoint=EP', 'by', 'endpoint says nothing of one endpoint'],
    ['&by=type&type=a.b', 'by', 'type is not counted for one type: leave out type'],
    ['&by=type&granularity=5m', 'by', 'is not counted by five minutes: ask for 1h or 1d'],
    ['&timeZone=Mars/Olympus', 'timeZone', 'must be a time zone such as Europe/Berlin'],
    ['&granularity=2h', 'granularity', 'must be 5m, 1h or 1d'],
    ['&by=subject', 'by', expect.stringContaining('must be one of')],
  ])('%s is named', async (query, path, message) => {
    const asked = query.replace('EP', endpoints[0] ?? '');
    const { status, json } = await service.acme('GET', `/v1/analytics/attempts?${window(asked)}`);
    expect([status, json.errors]).toEqual([422, [{ path, message }]]);
  });

  it.each([
    [6.9, '&granularity=5m', 200],
    [8, '&granularity=5m', 422],
    [84, '&granularity=1h', 422],
    [90, '&granularity=1d&timeZone=Asia/Kolkata', 200],
    [91, '&granularity=1d&timeZone=Asia/Kolkata', 422],
    [400, '&granularity=1d', 200],
    [401, '&granularity=1d', 422],
  ])(
    'more than 2,000 points are, and what is not kept so long: %s days, %s',
    async (days, query, status) => {
      const asked = `since=${daysAgo(days)}${query}`;
      expect((await service.acme('GET', `/v1/analytics/attempts?${asked}`)).status).toBe(status);
    },
  );

  it('hours are, of a time of which only days are kept', async () => {
    const asked = `since=${daysAgo(91)}&until=${daysAgo(90.5)}`;
    const { json } = await service.acme('GET', `/v1/analytics/attempts?${asked}`);
    const message =
      'must be at most 90 days ago: only days of UTC are kept for 400 days, with granularity 1d';
    expect(json.errors).toEqual([{ path: 'since', message }]);
  });

  it.each([
    ['nobody', 404],
    ['../acme', 404],
  ])('the summary of %s is not found', async (tenant, status) => {
    const asked = await service.operator('GET', '/v1/analytics/summary', undefined, {
      'posthorn-tenant': tenant,
    });
    expect(asked.status).toBe(status);
  });

  it.each([
    ['posthorn-tenant', 'globex'],
    ['posthorn-environment', 'test'],
  ])('a tenant’s key that names another %s', async (header, value) => {
    const asked = await service.acme('GET', '/v1/analytics/summary', undefined, {
      [header]: value,
    });
    expect(asked.status).toBe(403);
  });

  it('another tenant’s endpoint is not found', async () => {
    const { status } = await service.globex(
      'GET',
      `/v1/analytics/attempts?endpoint=${endpoints[0]}`,
    );
    expect(status).toBe(404);
  });

  it('a key without the scope is refused', async () => {
    const ask = await service.keyOf('acme', 'live', ['events:write']);
    for (const path of ['attempts', 'deliveries', 'latency', 'retries', 'summary']) {
      expect((await ask('GET', `/v1/analytics/${path}`)).status).toBe(403);
    }
  });
});
