// The wake directory and its schedules, in memory and over DynamoDB with a scheduler on loopback.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tableOf } from '../../lambdas/adapters/aws/dynamodb/calls.ts';
import { createWakes } from '../../lambdas/adapters/ledger/wakes.ts';
import type { EndpointAddress } from '../../lambdas/core/scope.ts';
import { BUCKET_MS, scheduleName } from '../../lambdas/core/wakes/bucket.ts';
import type { SweptWakes, Wakes } from '../../lambdas/core/wakes/directory.ts';
import { Env } from '../../lambdas/environment.ts';
import { createCallCounts } from '../../local/simulation/memory/call-counts.ts';
import {
  createMemoryDynamoDb,
  LEDGER_TABLE,
} from '../../local/simulation/memory/dynamodb/service.ts';
import { MemoryQueue } from '../../local/simulation/memory/queue.ts';
import { createMemoryScheduler } from '../../local/simulation/memory/scheduler.ts';
import { VirtualClock } from '../../local/simulation/memory/virtual-clock.ts';
import { NOON_MS } from '../builders/events.ts';
import { fixedSurroundings } from '../builders/ports.ts';
import { LEDGERS, newId, openTable } from './ledgers.ts';

interface Opened {
  readonly wakes: Wakes & SweptWakes;
  /** The names of the schedules that were created, in order. */
  schedules(): readonly string[];
  /** Another instance over the same directory. */
  another(): Wakes;
  close(): Promise<void>;
}

function openInMemory(): Opened {
  const clock = new VirtualClock(NOON_MS);
  const counts = createCallCounts();
  const created: string[] = [];
  const queue = new MemoryQueue('wakes', clock, counts, 90_000);
  const onCreate = (name: string): void => void created.push(name);
  const scheduler = createMemoryScheduler(clock, queue, { onCreate });
  const dynamoDb = createMemoryDynamoDb(counts, { nowMs: () => clock.nowMs });
  const another = () =>
    createWakes(tableOf(dynamoDb, LEDGER_TABLE), fixedSurroundings(), scheduler.create as never);
  stubVariables();
  const close = async () => void vi.unstubAllEnvs();
  return { wakes: another(), schedules: () => created, another, close };
}

function stubVariables(): void {
  vi.stubEnv(Env.scheduleGroup, 'wakes');
  vi.stubEnv(Env.wakesQueueArn, 'arn:aws:sqs:us-east-1:000000000000:wakes');
  vi.stubEnv(Env.scheduleRoleArn, 'arn:aws:iam::000000000000:role/wakes');
}

async function openOverDynamoDb(name: string): Promise<Opened> {
  const created: string[] = [];
  const server = createServer((request, response) => {
    const name = request.url?.split('/').at(-1) ?? '';
    const isTaken = created.includes(name);
    if (!isTaken) created.push(name);
    response.writeHead(isTaken ? 409 : 200, {
      'content-type': 'application/json',
      ...(isTaken ? { 'x-amzn-errortype': 'ConflictException' } : {}),
    });
    response.end(JSON.stringify(isTaken ? { Message: 'taken' } : { ScheduleArn: `arn:${name}` }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  vi.stubEnv('AWS_ENDPOINT_URL_SCHEDULER', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  stubVariables();
  const table = await openTable(name);
  const another = () => createWakes(tableOf(table.dynamoDb, table.table), fixedSurroundings());
  return {
    wakes: another(),
    schedules: () => created,
    another,
    close: async () => {
      vi.unstubAllEnvs();
      server.closeAllConnections();
      server.close();
      await table.close();
    },
  };
}

describe.each(LEDGERS)('wake-ups %s', (name) => {
  let opened: Opened;
  let endpoint: EndpointAddress;
  beforeEach(async () => {
    opened = name === 'in memory' ? openInMemory() : await openOverDynamoDb(name);
    endpoint = { tenant: 'acme', environment: 'live', endpointId: newId('ep') };
  });
  afterEach(() => opened.close());

  const bucketMs = Math.floor((NOON_MS + 3_600_000) / BUCKET_MS) * BUCKET_MS;

  it('are one for an endpoint and ten minutes, with one schedule', async () => {
    const { wakes, schedules, another } = opened;
    for (const afterMs of [0, 1, BUCKET_MS - 1]) await wakes.ensure(endpoint, bucketMs + afterMs);
    await another().ensure(endpoint, bucketMs + 5);
    expect(await wakes.listBucket(bucketMs)).toEqual([{ ...endpoint, bucketMs }]);
    expect(schedules()).toEqual([scheduleName(endpoint.endpointId, bucketMs)]);
    await wakes.ensure(endpoint, bucketMs + BUCKET_MS);
    const other = { ...endpoint, endpointId: newId('ep'), tenant: 'other' };
    await wakes.ensure(other, bucketMs);
    expect(schedules()).toHaveLength(3);
    const found = await wakes.listBucket(bucketMs);
    expect(found).toHaveLength(2);
    expect(found).toContainEqual({ ...other, bucketMs });
  });

  it('that are noted only have no schedule, until one is asked for', async () => {
    const { wakes, schedules } = opened;
    await wakes.note(endpoint, bucketMs + 7);
    await wakes.note(endpoint, bucketMs + 8);
    expect(await wakes.listBucket(bucketMs)).toEqual([{ ...endpoint, bucketMs }]);
    expect(schedules()).toEqual([]);
    // Regression: the note kept the schedule from being created, and sweep came minutes late.
    await wakes.ensure(endpoint, bucketMs + 9);
    expect(schedules()).toEqual([scheduleName(endpoint.endpointId, bucketMs)]);
    await wakes.note(endpoint, bucketMs + 10);
    expect(await wakes.listBucket(bucketMs)).toEqual([{ ...endpoint, bucketMs }]);
  });

  it('that are done are struck, and can be struck again', async () => {
    const { wakes } = opened;
    const other = { ...endpoint, endpointId: newId('ep') };
    await wakes.ensure(endpoint, bucketMs);
    await wakes.note(other, bucketMs);
    await wakes.done({ ...endpoint, bucketMs });
    await wakes.done({ ...endpoint, bucketMs });
    expect(await wakes.listBucket(bucketMs)).toEqual([{ ...other, bucketMs }]);
    await wakes.done({ ...other, bucketMs });
    expect(await wakes.listBucket(bucketMs)).toEqual([]);
    await wakes.note(endpoint, bucketMs);
    expect(await wakes.listBucket(bucketMs)).toHaveLength(1);
  });

  // Regression: the instance remembered that it had entered it.
  it('that are near and done are entered again', async () => {
    const { wakes } = opened;
    const nearMs = Math.floor(NOON_MS / BUCKET_MS) * BUCKET_MS;
    await wakes.ensure(endpoint, NOON_MS);
    await wakes.done({ ...endpoint, bucketMs: nearMs });
    await wakes.ensure(endpoint, NOON_MS);
    expect(await wakes.listBucket(nearMs)).toEqual([{ ...endpoint, bucketMs: nearMs }]);
  });

  it('are never entered in a bucket that is over', async () => {
    const { wakes, schedules } = opened;
    const nowMs = Math.floor(NOON_MS / BUCKET_MS) * BUCKET_MS;
    await wakes.note(endpoint, nowMs - 1);
    await wakes.ensure(endpoint, nowMs - BUCKET_MS);
    expect(await wakes.listBucket(nowMs - BUCKET_MS)).toEqual([]);
    expect(await wakes.listBucket(nowMs)).toEqual([{ ...endpoint, bucketMs: nowMs }]);
    expect(schedules()).toEqual([scheduleName(endpoint.endpointId, nowMs)]);
  });

  it('are swept up to a mark that stands once it was set', async () => {
    const { wakes } = opened;
    expect(await wakes.sweptUpTo(bucketMs)).toBe(bucketMs);
    expect(await wakes.sweptUpTo(bucketMs + BUCKET_MS)).toBe(bucketMs);
    await wakes.moveSwept(bucketMs + 2 * BUCKET_MS);
    expect(await wakes.sweptUpTo(bucketMs)).toBe(bucketMs + 2 * BUCKET_MS);
  });
});
