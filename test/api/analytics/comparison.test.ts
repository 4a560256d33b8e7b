// GET /v1/endpoints/{id}/comparison: an endpoint before and after a change of its settings.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HourCount } from '../../../lambdas/core/analytics/counting.ts';
import { HOUR_MS, hourOf, hourStartMs } from '../../../lambdas/core/analytics/hour.ts';
import type { Line } from '../../../lambdas/core/analytics/line.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';

let service: ApiService;
let id: string;
const ask = (query = '', headers = {}) =>
  service.acme('GET', `/v1/endpoints/${id}/comparison${query}`, undefined, headers);
const change = (body: object) => service.acme('PATCH', `/v1/endpoints/${id}`, body);
const iso = (ms: number): string => new Date(ms).toISOString();
/** The beginning of the hour, so many hours from the one that it is. */
const hour = (from: number): number => hourStartMs(hourOf(service.clock.nowMs)) + from * HOUR_MS;

beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service.stop());
beforeEach(async () => {
  id = (await service.acme('POST', '/v1/endpoints', { url: 'https://acme.io/x' })).json.id;
});

interface Hour {
  readonly firsts: number;
  readonly retries?: number;
  readonly ms: number;
}

/** First attempts that succeed but for those that are retried, and retries that succeed. */
async function counted(atMs: number, { firsts, retries = 0, ms }: Hour): Promise<void> {
  const counting = new HourCount();
  const take = (n: number, attempt: number, ok: boolean): void => {
    const line: Line = {
      tenant: 'acme',
      environment: 'live',
      endpoint: id,
      event: `evt_${n}`,
      type: 'a.b',
      accepted: atMs,
      run: 1,
      attempt,
      attemptInRun: attempt,
      cause: attempt === 1 ? 'first' : 'curve',
      at: atMs + n,
      ms,
      outcome: ok ? 'http_200' : 'http_500',
      ...(ok && { end: 'delivered' as const, endedAt: atMs + n + ms, attempts: attempt }),
    };
    counting.take(line);
  };
  for (let n = 0; n < firsts; n++) take(n, 1, n >= retries);
  for (let n = 0; n < retries; n++) take(n, 2, true);
  counting.settle(() => true);
  await service.rollups.putRollups(
    hourOf(atMs),
    counting.rollups(() => true),
  );
}

describe('an endpoint before and after', () => {
  it('its own last change: success, times and retries over as many hours', async () => {
    service.clock.nowMs = hour(1) + 20 * 60_000;
    expect((await change({ timeoutMs: 5_000 })).status).toBe(200);
    const changedAtMs = service.clock.nowMs;
    await counted(hour(-3), { firsts: 1_000, ms: 1 });
    await counted(hour(-2), { firsts: 40, retries: 20, ms: 400 });
    await counted(hour(-1), { firsts: 40, retries: 10, ms: 400 });
    await counted(hour(0), { firsts: 5_000, ms: 9_000 });
    await counted(hour(1), { firsts: 60, retries: 3, ms: 100 });
    await counted(hour(2), { firsts: 60, ms: 100 });
    service.clock.nowMs = hour(3) + 60_000;
    const { status, json } = await ask();
    expect(status).toBe(200);
    expect(json).toMatchObject({ endpoint: id, at: iso(changedAtMs), hours: 2 });
    expect(json.data).toEqual([
      {
        period: 'before',
        since: iso(hour(-5)),
        until: iso(hour(-3)),
        attempts: 110,
        success: 80,
        failure: 30,
        successRate: 0.7273,
        avgMs: 400,
        p50Ms: expect.closeTo(400, -1.5),
        p95Ms: expect.closeTo(400, -1.5),
        p99Ms: expect.closeTo(400, -1.5),
        delivered: 80,
        dead: 0,
        cancelled: 0,
        outcomes: { http_200: 80, http_500: 30 },
        deliveredRate: 1,
        retries: 30,
        retryShare: 0.2727,
        firstAttemptRate: 0.625,
      },
      expect.objectContaining({
        period: 'after',
        since: iso(hour(-2)),
        until: iso(hour(0)),
        attempts: 123,
        retries: 3,
        firstAttemptRate: 0.975,
        avgMs: 100,
      }),
    ]);
    const [before, after] = json.data;
    expect(json.difference).toEqual({
      successRate: expect.closeTo(120 / 123 - 80 / 110, 3),
      deliveredRate: 0,
      retryShare: expect.closeTo(3 / 123 - 30 / 110, 3),
      firstAttemptRate: 0.35,
      avgMs: -300,
      p50Ms: after.p50Ms - before.p50Ms,
      p95Ms: after.p95Ms - before.p95Ms,
      p99Ms: after.p99Ms - before.p99Ms,
    });
  });

  it('a moment that is said, over the hours that are said', async () => {
    await counted(hour(-5), { firsts: 40, ms: 10 });
    await counted(hour(-4), { firsts: 30, ms: 10 });
    await counted(hour(-3), { firsts: 20, ms: 10 });
    const { json } = await ask(`?at=${iso(hour(-4))}&hours=1`);
    expect(json).toMatchObject({ hours: 1, complete: true, live: null });
    expect(json.data.map((side: { attempts: number }) => side.attempts)).toEqual([40, 30]);
  });

  it('has no shares and no difference of fewer than 20', async () => {
    await counted(hour(-5), { firsts: 19, ms: 10 });
    await counted(hour(-4), { firsts: 20, ms: 10 });
    const { json } = await ask(`?at=${iso(hour(-4))}&hours=1`);
    expect(json.data[0]).toMatchObject({ attempts: 19, successRate: null, p95Ms: null, avgMs: 10 });
    expect(json.data[1]).toMatchObject({ attempts: 20, successRate: 1, retryShare: 0 });
    expect(json.difference).toMatchObject({ successRate: null, p95Ms: null, avgMs: 0 });
  });

  it('has nothing to compare within the hour, and says so', async () => {
    await change({ maxPerSecond: 5 });
    const { status, json } = await ask();
    expect([status, json.hours]).toEqual([200, 0]);
    expect(json.data.map((side: { attempts: number }) => side.attempts)).toEqual([0, 0]);
  });

  it('is two lines as CSV', async () => {
    await counted(hour(-5), { firsts: 40, ms: 10 });
    const { text } = await ask(`?at=${iso(hour(-4))}&hours=1`, { accept: 'text/csv' });
    const [names, before, after, ...rest] = text.split('\r\n');
    expect(names).toContain('period,since,until,attempts,success');
    expect(before).toContain(`before,${iso(hour(-5))},${iso(hour(-4))},40,40`);
    expect(after).toContain('after,');
    expect(rest).toEqual(['']);
  });
});

describe('the last change that is known', () => {
  const at = async (): Promise<string | undefined> => (await ask()).json.at;

  it('is none of a new endpoint: then the moment must be said', async () => {
    const { status, json } = await ask();
    expect([status, json.errors]).toEqual([
      422,
      [{ path: 'at', message: 'must be given: no change of the endpoint is known' }],
    ]);
  });

  it('is no change of its description, nor one that changes nothing', async () => {
    await change({ timeoutMs: 5_000 });
    const changedAt = iso(service.clock.nowMs);
    service.clock.nowMs += 60_000;
    await change({ description: 'the same' });
    await change({ timeoutMs: 5_000 });
    expect(await at()).toBe(changedAt);
    await change({ timeoutMs: 6_000, description: 'another' });
    expect(await at()).toBe(iso(service.clock.nowMs));
  });

  it('is its template’s where that is later', async () => {
    const { json: template } = await service.acme('POST', '/v1/templates', {
      name: 'slow',
      settings: { timeoutMs: 20_000 },
    });
    service.clock.nowMs += 60_000;
    await change({ template: template.id });
    const joinedAt = iso(service.clock.nowMs);
    expect(await at()).toBe(joinedAt);
    service.clock.nowMs += 60_000;
    const settings = { timeoutMs: 25_000 };
    expect((await service.acme('PATCH', `/v1/templates/${template.id}`, { settings })).status).toBe(
      200,
    );
    expect(await at()).toBe(iso(service.clock.nowMs));
  });

  it('is among the recommendations with what it did, for a week', async () => {
    await change({ timeoutMs: 5_000 });
    const changedMs = service.clock.nowMs;
    const codes = async () => {
      const { json } = await service.acme('GET', `/v1/endpoints/${id}/recommendations`);
      return json.data.map(({ code }: { code: string }) => code);
    };
    await counted(hour(-1), { firsts: 40, retries: 20, ms: 10 });
    await counted(hour(1), { firsts: 40, ms: 10 });
    expect(await codes()).not.toContain('settings_changed');
    service.clock.nowMs = hour(2);
    const { json } = await service.acme('GET', `/v1/endpoints/${id}/recommendations`);
    expect(json.data).toContainEqual(
      expect.objectContaining({
        code: 'settings_changed',
        evidence: expect.objectContaining({
          attemptsBefore: 60,
          attemptsAfter: 40,
          retriesBeforePercent: 33.3,
          retriesAfterPercent: 0,
        }),
      }),
    );
    service.clock.nowMs = changedMs + 7 * 24 * HOUR_MS + 1;
    expect(await codes()).not.toContain('settings_changed');
  });
});

it.each([
  [() => `?at=${iso(service.clock.nowMs + 1_000)}`, 'at', 'in the past'],
  [() => `?at=${iso(service.clock.nowMs - 91 * 24 * HOUR_MS)}`, 'at', 'at most 90 days ago'],
  [() => '?at=yesterday', 'at', 'RFC 3339'],
  [() => `?at=${iso(hour(-4))}&hours=0`, 'hours', 'at least 1'],
  [() => `?at=${iso(hour(-4))}&hours=169`, 'hours', 'at most 168'],
])('what cannot be compared is refused: %s', async (query, path, message) => {
  const { status, json } = await ask(query());
  expect([status, json.errors]).toEqual([
    422,
    [{ path, message: expect.stringContaining(message) }],
  ]);
});

it('another tenant’s endpoint is not found, nor one that was deleted', async () => {
  const path = `/v1/endpoints/${id}/comparison?at=${iso(hour(-4))}`;
  expect((await service.globex('GET', path)).status).toBe(404);
  await service.acme('DELETE', `/v1/endpoints/${id}`);
  expect((await service.acme('GET', path)).status).toBe(404);
});
