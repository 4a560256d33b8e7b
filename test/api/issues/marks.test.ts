// Issues over the API: acknowledged and muted until a time, by whom, and open again.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../../lambdas/core/analytics/hour.ts';
import { MAX_MARKS } from '../../../lambdas/core/issues/marks.ts';
import { DAY_MS } from '../../../lambdas/core/time.ts';
import { type ApiService, type Ask, startApiService } from '../../builders/api-service.ts';

let service: ApiService;
beforeAll(async () => {
  service = await startApiService({ endpointsPerTenant: 1_000 });
});
afterAll(() => service.stop());

let tenants = 0;
let ask: Ask;
let endpoint: string;
const inTime = (ms: number): string => new Date(service.clock.nowMs + ms).toISOString();
const put = (body: object, { by = ask, id = endpoint } = {}) =>
  by('POST', `/v1/endpoints/${id}/mark-issue`, { outcome: 'http_503', ...body });
const marks = async (one: Ask = ask) => (await one('GET', '/v1/issue-marks')).json.data;

beforeEach(async () => {
  ask = await service.keyOf(`marks-${++tenants}`, 'live');
  endpoint = (await ask('POST', '/v1/endpoints', { url: 'https://acme.io/a' })).json.id;
});

describe('an issue', () => {
  it('is marked with who, why and until when, changed, and opened again', async () => {
    const until = inTime(DAY_MS);
    const first = await put({ state: 'acknowledged', reason: 'On it.', until });
    const mark = {
      endpoint,
      outcome: 'http_503',
      state: 'acknowledged',
      reason: 'On it.',
      by: expect.any(String),
      at: inTime(0),
      until,
    };
    expect([first.status, first.json]).toEqual([200, mark]);
    expect(await marks()).toEqual([first.json]);
    expect((await put({ state: 'muted', until })).json).toMatchObject({
      state: 'muted',
      reason: '',
    });
    expect(await marks()).toHaveLength(1);
    expect((await put({ state: 'open' })).json).toMatchObject({
      state: 'open',
      until: null,
    });
    expect(await marks()).toEqual([]);
  });

  it('is open again when the time is over, and with another outcome it is another', async () => {
    await put({ state: 'muted', until: inTime(HOUR_MS) });
    await put({ outcome: 'tls', state: 'muted', until: inTime(2 * HOUR_MS) });
    expect((await marks()).map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      'http_503',
      'tls',
    ]);
    service.clock.nowMs += HOUR_MS;
    expect((await marks()).map(({ outcome }: { outcome: string }) => outcome)).toEqual(['tls']);
  });

  it('says whose session it was', async () => {
    const session = { preset: 'developer', actor: 'zoe@acme.example' };
    const { token } = (await ask('POST', '/v1/portal-sessions', session)).json;
    const until = inTime(HOUR_MS);
    const said = await put({ state: 'muted', until }, { by: service.askWith(token) });
    expect(said.json.by).toBe('zoe@acme.example');
  });

  it('tells others of the operator no more than that it was the operator', async () => {
    const session = { role: 'support', actor: 'sam@example.com' };
    const { token } = (await service.operator('POST', '/v1/console-sessions', session)).json;
    const staff = service.askWith(token);
    const headers = { 'posthorn-tenant': `marks-${tenants}`, 'posthorn-environment': 'live' };
    const body = { outcome: 'tls', state: 'muted', until: inTime(HOUR_MS) };
    const said = await staff('POST', `/v1/endpoints/${endpoint}/mark-issue`, body, headers);
    expect([said.status, said.json.by]).toEqual([200, 'sam@example.com']);
    const seen = await staff('GET', '/v1/issue-marks', undefined, headers);
    expect(seen.json.data).toMatchObject([{ by: 'sam@example.com' }]);
    expect(await marks()).toMatchObject([{ by: 'operator' }]);
    const portal = await ask('POST', '/v1/portal-sessions', { preset: 'developer' });
    const theirs = await marks(service.askWith(portal.json.token));
    expect(theirs).toMatchObject([{ by: 'operator' }]);
  });

  it.each(['\u0000', 'a\nb', '\u007f'])('is not marked for a reason with %j', async (reason) => {
    const { status, json } = await put({ state: 'muted', until: inTime(HOUR_MS), reason });
    expect([status, json.errors[0].path]).toEqual([422, '/reason']);
  });

  it.each([
    ['no time', {}],
    ['a time that is over', { until: -1 }],
    ['a time that is too far away', { until: 30 * DAY_MS + 1 }],
  ])('is not marked with %s', async (_, { until }: { until?: number }) => {
    const body = { state: 'muted', ...(until !== undefined && { until: inTime(until) }) };
    const { status, json } = await put(body);
    expect([status, json.errors[0].path]).toEqual([422, '/until']);
  });

  it('is not marked for what is no outcome, or at no endpoint', async () => {
    const body = { state: 'muted', until: inTime(HOUR_MS) };
    expect((await put({ ...body, outcome: 'A b' })).status).toBe(422);
    expect((await put(body, { id: 'ep_01kg9vhq5pfh9tz4dg5ckhsvhm' })).status).toBe(404);
    expect((await put(body, { by: service.acme })).status).toBe(404);
  });
});

describe('marks', () => {
  it('are a hundred at most, of which those count that hold', async () => {
    // The largest ones, in bytes: all of them are one item.
    const session = { preset: 'developer', actor: '\u0001'.repeat(100) + '\u20ac'.repeat(100) };
    const { token } = (await ask('POST', '/v1/portal-sessions', session)).json;
    const by = service.askWith(token);
    const reason = '\u20ac'.repeat(500);
    const outcome = (nth: number) => `${'a'.repeat(60)}_${100 + nth}`;
    for (let nth = 0; nth < MAX_MARKS; nth++) {
      const body = { outcome: outcome(nth), state: 'acknowledged', reason, until: inTime(HOUR_MS) };
      expect((await put(body, { by })).status).toBe(200);
    }
    const more = () => put({ outcome: 'tls', state: 'muted', until: inTime(DAY_MS) });
    expect((await more()).status).toBe(409);
    const again = { outcome: outcome(0), state: 'acknowledged', until: inTime(HOUR_MS) };
    expect((await put(again)).status).toBe(200);
    service.clock.nowMs += HOUR_MS;
    expect((await more()).status).toBe(200);
    expect(await marks()).toHaveLength(1);
  });

  it('of a session for certain endpoints are theirs', async () => {
    const other = (await ask('POST', '/v1/endpoints', { url: 'https://acme.io/b' })).json.id;
    const body = { state: 'muted', until: inTime(HOUR_MS) };
    await put(body);
    await put(body, { id: other });
    const session = { preset: 'developer', endpoints: [other] };
    const { token } = (await ask('POST', '/v1/portal-sessions', session)).json;
    const restricted = service.askWith(token);
    expect(await marks(restricted)).toEqual([expect.objectContaining({ endpoint: other })]);
    expect((await put(body, { by: restricted })).status).toBe(404);
  });

  it('of several at once are all kept', async () => {
    const body = { state: 'muted', until: inTime(HOUR_MS) };
    const answers = await Promise.all(['tls', 'dns'].map((outcome) => put({ ...body, outcome })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await marks()).toHaveLength(2);
  });
});
