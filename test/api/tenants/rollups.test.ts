// Deleting a tenant removes its analytics, and no count of the archive brings them back.
import { DeleteItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDueHours } from '../../../lambdas/adapters/analytics/due-hours.ts';
import { createLivingTenants } from '../../../lambdas/adapters/analytics/living-tenants.ts';
import { createCountingTurn } from '../../../lambdas/adapters/analytics/turn.ts';
import { tableOf } from '../../../lambdas/adapters/aws/dynamodb/calls.ts';
import { packLines } from '../../../lambdas/core/analytics/archive.ts';
import type { Whose } from '../../../lambdas/core/analytics/counting.ts';
import { hourOf } from '../../../lambdas/core/analytics/hour.ts';
import type { Line } from '../../../lambdas/core/analytics/line.ts';
import { COUNTING_AT_MOST_MS } from '../../../lambdas/core/analytics/store.ts';
import { DAY_MS } from '../../../lambdas/core/time.ts';
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
  /** @param beforePut what happens after all was read, and right before it is put */
  return async (beforePut: () => Promise<void> = async () => undefined): Promise<void> => {
    await hours.mark(hour, `${Math.random()}`, service.clock.nowMs);
    const surroundings = {
      now: () => service.clock.nowMs + 3_600_000,
      random: (size: number) => new Uint8Array(size),
    };
    const ports = {
      hours,
      turn: createCountingTurn(tableOf(service.dynamoDb, 'ledger')),
      archive,
      rollups: {
        ...service.rollups,
        async putRollups(...given: Parameters<typeof service.rollups.putRollups>) {
          await beforePut();
          return service.rollups.putRollups(...given);
        },
      },
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

/** Works off what a deletion left to do, up to a time. */
async function cleanUpUntil(untilMs: number): Promise<void> {
  for (let next = service.cleanups[0]; next; next = service.cleanups[0]) {
    const atMs = service.clock.nowMs + next.delaySeconds * 1000;
    if (atMs > untilMs) return;
    service.cleanups.shift();
    service.clock.nowMs = atMs;
    await cleanUp(service.cleanupPorts, next.cleanup, () => 60_000);
  }
}

/** What TTL does. */
async function expire(): Promise<void> {
  const { client, clock } = service;
  const { Items: items = [] } = await client.send(new ScanCommand({ TableName: 'ledger' }));
  for (const { pk, sk, exp } of items) {
    if (!pk || !sk || exp === undefined || Number(exp.N) * 1000 > clock.nowMs) continue;
    await client.send(new DeleteItemCommand({ TableName: 'ledger', Key: { pk, sk } }));
  }
}

const erasureOf = async (tenant: string) =>
  (await service.operator('GET', `/v1/tenants/${tenant}`)).json.erasure;

it('a count that found the tenant, and puts as late as it may, leaves nothing behind', async () => {
  const victim = await service.keyOf('victim', 'live');
  const { json } = await victim('POST', '/v1/endpoints', { url: 'https://hooks.example.org' });
  const { nowMs } = service.clock;
  const count = await counting([lineOf('victim', json.id, nowMs)]);
  await count(async () => {
    await service.operator('DELETE', '/v1/tenants/victim');
    const lastMs = service.clock.nowMs + COUNTING_AT_MOST_MS;
    await cleanUpUntil(lastMs);
    service.clock.nowMs = lastMs;
  });
  await cleanUpUntil(Number.POSITIVE_INFINITY);
  expect(await erasureOf('victim')).toMatchObject({ state: 'done' });
  expect(await held('victim', json.id)).toEqual([0, 0, 0]);
});

it('the rollups of an endpoint that was deleted long before its tenant are removed as well', async () => {
  const victim = await service.keyOf('victim', 'live');
  const { json } = await victim('POST', '/v1/endpoints', { url: 'https://hooks.example.org' });
  const count = await counting([lineOf('victim', json.id, service.clock.nowMs)]);
  await count();
  await victim('DELETE', `/v1/endpoints/${json.id}`);
  service.clock.nowMs += 399 * DAY_MS;
  await expire();
  expect(await held('victim', json.id)).toEqual([1, 1, 1]);
  await service.operator('DELETE', '/v1/tenants/victim');
  await cleanUpUntil(Number.POSITIVE_INFINITY);
  expect(await erasureOf('victim')).toMatchObject({ state: 'done', done: { rollups: 3 } });
  expect(await held('victim', json.id)).toEqual([0, 0, 0]);
});

it('a deleted tenant has no rollups, whatever is counted again', async () => {
  const victim = await service.keyOf('victim', 'live');
  const { json } = await victim('POST', '/v1/endpoints', { url: 'https://hooks.example.org' });
  const { nowMs } = service.clock;
  const count = await counting([lineOf('victim', json.id, nowMs), lineOf('acme', 'ep_a', nowMs)]);
  await count();
  expect(await held('victim', json.id)).toEqual([2, 2, 2]);
  await service.operator('DELETE', '/v1/tenants/victim');
  await cleanUpUntil(Number.POSITIVE_INFINITY);
  expect(await erasureOf('victim')).toMatchObject({ state: 'done', done: { rollups: 6 } });
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
