// GET /v1/endpoints/{id}/recommendations, from hours to the PATCH that applies what it says.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HOUR_MS, hourOf } from '../../../lambdas/core/analytics/hour.ts';
import type { Cause } from '../../../lambdas/core/retries/cause.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';
import { putHour, someLines } from '../../builders/lines.ts';

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
  cause: Cause = 'first',
) {
  const hour = hourOf(service.clock.nowMs - hoursAgo * HOUR_MS);
  const lines = someLines(hour, count, { endpoint, outcome, ms, cause });
  await putHour(service.rollups, hour, lines);
}

async function codesOf(endpoint: string): Promise<string[]> {
  const { json } = await service.acme('GET', `/v1/endpoints/${endpoint}/recommendations`);
  return json.data.map(({ code }: { code: string }) => code);
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

it('an endpoint that 410 paused is told of while it is probed a few times a day', async () => {
  const { json: made } = await service.acme('POST', '/v1/endpoints', { url: 'https://acme.io/g' });
  await attempts(made.id, 60, 'http_200', 500, 10);
  await attempts(made.id, 50, 'http_410', 1, 10);
  expect(await codesOf(made.id)).toEqual(['url_gone']);
  await attempts(made.id, 26, 'http_410', 1, 10, 'probe');
  await attempts(made.id, 2, 'http_410', 1, 10, 'probe');
  expect(await codesOf(made.id)).toEqual(['url_gone']);
  await attempts(made.id, 1, 'http_200', 1, 10, 'probe');
  expect(await codesOf(made.id)).toEqual([]);
});

it.each([
  ['http_404', 'url_gone'],
  ['http_401', 'unauthorized'],
  ['tls', 'certificate'],
])(
  'an endpoint of which probes alone are made, and get %s, is told of: %s',
  async (outcome, code) => {
    const { json: made } = await service.acme('POST', '/v1/endpoints', {
      url: 'https://acme.io/p',
    });
    for (const hoursAgo of [1, 2, 3, 4]) await attempts(made.id, hoursAgo, outcome, 5, 10, 'probe');
    expect(await codesOf(made.id)).toEqual([code]);
  },
);

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
