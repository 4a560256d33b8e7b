// Deleting a tenant removes its analytics, and no count of the archive brings them back.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDueHours } from '../../../lambdas/adapters/analytics/due-hours.ts';
import { createLivingTenants } from '../../../lambdas/adapters/analytics/living-tenants.ts';
import { createCountingTurn } from '../../../lambdas/adapters/analytics/turn.ts';
import { tableOf } from '../../../lambdas/adapters/aws/dynamodb/calls.ts';
import { packLines } from '../../../lambdas/core/analytics/archive.ts';
import type { Whose } from '../../../lambdas/core/analytics/counting.ts';
import { hourOf } from '../../../lambdas/core/analytics/hour.ts';
import type { Line } from '../../../lambdas/core/analytics/line.ts';
import { countDue } from '../../../lambdas/rollup/count-due.ts';
import { cleanUp } from '../../../lambdas/wake/erase.ts';
import { MemoryArchive } from '../../analytics/stream.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';

const TYPE = 'person.created';
let service: ApiService;
beforeEach(async () => {
  service = await startApiService();
});
afterEach(() => service?.stop());

const lineOf = (tenant: string, endpoint: string, acceptedAtMs: number): Line => ({
  tenant,
  environment: 'live',
  endpoint,
  event: 'evt_1',
  type: TYPE,
  accepted: acceptedAtMs,
  run: 1,
  attempt: 1,
  attemptInRun: 1,
  cause: 'first',
  at: acceptedAtMs,
  ms: 10,
  outcome: 'http_200',
});

/** How many hours and days have rollups: of the tenant, of its event type, and of its endpoint. */
async function held(tenant: string, endpoint: string): Promise<number[]> {
  const scope = { tenant, environment: 'live' } as const;
  const whoses: Whose[] = [
    { kind: 'tenant', ...scope },
    { kind: 'type', ...scope, type: TYPE },
    { kind: 'endpoint', ...scope, endpoint },
  ];
  const { readRollups, readDays } = service.rollups;
  return Promise.all(
    whoses.map(async (whose) => {
      const hours = await readRollups(whose, '2000-01-01T00', '2100-01-01T00');
      const days = await readDays(whose, '2000-01-01', '2100-01-01');
      return hours.length + days.length;
    }),
  );
}

async function counting(lines: readonly Line[]) {
  const archive = new MemoryArchive();
  const hour = hourOf(service.clock.nowMs);
  const { key, body } = packLines(hour, lines, '1', '9');
  await archive.put(key, body);
  const hours = createDueHours(tableOf(service.dynamoDb, 'ledger'));
  return async (): Promise<void> => {
    await hours.mark(hour, `${Math.random()}`, service.clock.nowMs);
    const surroundings = {
      now: () => service.clock.nowMs + 3_600_000,
      random: (size: number) => new Uint8Array(size),
    };
    const ports = {
      hours,
      turn: createCountingTurn(tableOf(service.dynamoDb, 'ledger')),
      archive,
      rollups: service.rollups,
      tenants: createLivingTenants(tableOf(service.dynamoDb, 'registry')),
      surroundings,
      graceMs: 0,
      reportWait: () => undefined,
      reportFailure: () => undefined,
    };
    await countDue(ports, surroundings.now());
    expect(await hours.listDue()).toEqual([]);
  };
}

it('a deleted tenant has no rollups, whatever is counted again', async () => {
  const victim = await service.keyOf('victim', 'live');
  const { json } = await victim('POST', '/v1/endpoints', { url: 'https://hooks.example.org' });
  const { nowMs } = service.clock;
  const count = await counting([lineOf('victim', json.id, nowMs), lineOf('acme', 'ep_a', nowMs)]);
  await count();
  expect(await held('victim', json.id)).toEqual([2, 2, 2]);
  await service.operator('DELETE', '/v1/tenants/victim');
  for (let next = service.cleanups.shift(); next; next = service.cleanups.shift()) {
    service.clock.nowMs += next.delaySeconds * 1000;
    await cleanUp(service.cleanupPorts, next.cleanup, () => 60_000);
  }
  const after = await service.operator('GET', '/v1/tenants/victim');
  expect(after.json.erasure).toMatchObject({ state: 'done', done: { rollups: 6 } });
  expect(await held('victim', json.id)).toEqual([0, 0, 0]);
  await count();
  expect(await held('victim', json.id)).toEqual([0, 0, 0]);
  expect(await held('acme', 'ep_a')).toEqual([2, 2, 2]);
});

it('nor are lines counted of a tenant that had the same id before', async () => {
  service.clock.nowMs += 60_000;
  const count = await counting([lineOf('acme', 'ep_a', service.clock.nowMs - 3_600_000)]);
  await count();
  expect(await held('acme', 'ep_a')).toEqual([0, 0, 0]);
});
