// GET /v1/endpoints/{id}/recommendations, from hours to the PATCH that applies what it says.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HourCount } from '../../../lambdas/core/analytics/counting.ts';
import { hourOf, hourStartMs } from '../../../lambdas/core/analytics/hour.ts';
import type { Line } from '../../../lambdas/core/analytics/line.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';

const HOUR_MS = 3_600_000;
let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service.stop());

/** Attempts of an hour, so many hours ago. */
async function attempts(
  endpoint: string,
  hoursAgo: number,
  outcome: string,
  count: number,
  ms: number,
) {
  const hour = hourOf(service.clock.nowMs - hoursAgo * HOUR_MS);
  const at = hourStartMs(hour);
  const counting = new HourCount();
  for (let n = 0; n < count; n++) {
    const line: Line = {
      tenant: 'acme',
      environment: 'live',
      endpoint,
      event: `evt_${outcome}_${n}`,
      type: 'a.b',
      accepted: at,
      run: 1,
      attempt: 1,
      attemptInRun: 1,
      cause: 'first',
      at: at + n * 1_000,
      ms,
      outcome,
    };
    counting.take(line);
  }
  counting.settle(() => true);
  await service.rollups.putRollups(
    hour,
    counting.rollups(() => true),
  );
}

it('advice comes with its evidence, and its change is a PATCH that the endpoint takes', async () => {
  const { json: made } = await service.acme('POST', '/v1/endpoints', {
    url: 'https://acme.io/slow',
  });
  const path = `/v1/endpoints/${made.id}`;
  expect((await service.acme('GET', `${path}/recommendations`)).json.data).toEqual([]);
  await attempts(made.id, 5, 'http_200', 500, 9_000);
  await attempts(made.id, 6, 'timeout_response', 100, 10_000);
  const { status, json } = await service.acme('GET', `${path}/recommendations`);
  expect(status).toBe(200);
  const found = json.data.find((one: { code: string }) => one.code === 'timeout_too_short');
  expect(found).toMatchObject({
    severity: 'warning',
    needsAPerson: false,
    evidence: { attempts: 600, timeouts: 100, timeoutPercent: 16.7, timeoutMs: 10_000 },
    change: { timeoutMs: 20_000 },
  });
  const changed = await service.acme('PATCH', path, found.change);
  expect([changed.status, changed.json.timeoutMs]).toEqual([200, 20_000]);
  const after = await service.acme('GET', `${path}/recommendations`);
  const codes = after.json.data.map((one: { code: string }) => one.code);
  expect(codes).not.toContain('timeout_too_short');
  expect(codes).toContain('always_slow');
});

it('what only a person can mend says so', async () => {
  const { json: made } = await service.acme('POST', '/v1/endpoints', {
    url: 'https://acme.io/tls',
  });
  await attempts(made.id, 2, 'tls', 50, 10);
  const { json } = await service.acme('GET', `/v1/endpoints/${made.id}/recommendations`);
  expect(json.data).toEqual([
    expect.objectContaining({ code: 'certificate', needsAPerson: true, change: null }),
  ]);
});

it('a change of settings is compared with as many hours before it', async () => {
  const { json: made } = await service.acme('POST', '/v1/endpoints', { url: 'https://acme.io/x' });
  await attempts(made.id, 15, 'http_500', 40, 10);
  await attempts(made.id, 30, 'http_500', 40, 10);
  await attempts(made.id, 3, 'http_200', 40, 10);
  const changedAt = new Date(service.clock.nowMs - 10 * HOUR_MS).toISOString();
  const { json } = await service.acme(
    'GET',
    `/v1/endpoints/${made.id}/recommendations?changedAt=${changedAt}`,
  );
  expect(json.data.at(-1)).toMatchObject({
    code: 'settings_changed',
    evidence: {
      successBeforePercent: 0,
      successAfterPercent: 100,
      attemptsBefore: 40,
      attemptsAfter: 40,
    },
  });
});

it('another tenant’s endpoint is not found', async () => {
  const { json: made } = await service.acme('POST', '/v1/endpoints', { url: 'https://acme.io/y' });
  expect((await service.globex('GET', `/v1/endpoints/${made.id}/recommendations`)).status).toBe(
    404,
  );
});
