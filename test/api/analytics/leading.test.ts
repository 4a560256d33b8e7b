// The endpoints that fail most, of a tenant with more of them than an hour tells apart.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { namedEndpoints } from '../../../lambdas/core/analytics/counting.ts';
import { HOUR_MS, hourOf } from '../../../lambdas/core/analytics/hour.ts';
import { createId } from '../../../lambdas/core/identifiers.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';
import { putHour, someLines } from '../../builders/lines.ts';

let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service.stop());

const endpointOf = (n: number): string =>
  createId('ep', service.clock.nowMs, Buffer.from(n.toString(16).padStart(20, '0'), 'hex'));

it('one with few attempts that always fails is among them, hour by hour and in sum', async () => {
  const hours = [2, 3].map((back) => hourOf(service.clock.nowMs - back * HOUR_MS));
  for (const hour of hours) {
    const large = Array.from({ length: 110 }, (_, n) =>
      someLines(hour, 5, { endpoint: endpointOf(n) }),
    ).flat();
    const outcome = 'http_500';
    const failing = [
      ...someLines(hour, 2, { endpoint: endpointOf(200), outcome }),
      ...someLines(hour, 3, { endpoint: endpointOf(201), outcome }),
    ];
    await putHour(service.rollups, hour, [...large, ...failing]);
  }
  const { json } = await service.acme('GET', '/v1/analytics/summary');
  expect(json.endpoints.slice(0, 3)).toEqual([
    expect.objectContaining({ endpoint: endpointOf(201), attempts: 6, failures: 6 }),
    expect.objectContaining({ endpoint: endpointOf(200), attempts: 4, failures: 4 }),
    expect.objectContaining({ failures: 0 }),
  ]);
  expect(json.endpoints).toHaveLength(10);
});

it('an hour names a hundred by their attempts, and twenty by their failures', () => {
  const endpoints = new Map(
    Array.from({ length: 300 }, (_, n) => {
      const attempts = 1_000 - n;
      const failures = n < 150 ? 0 : n;
      return [`ep_${n}`, [attempts, attempts - failures, 0, 0, 0, 0]] as const;
    }),
  );
  const named = Object.keys(namedEndpoints(endpoints));
  const expected = [...Array(100).keys(), ...Array.from({ length: 20 }, (_, n) => 280 + n)];
  expect(named.sort()).toEqual(expected.map((n) => `ep_${n}`).sort());
});
