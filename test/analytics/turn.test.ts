// Runs of rollup do not overlap: an older count is never put over a newer one.
import { beforeEach, describe, expect, it } from 'vitest';
import { createDueHours } from '../../lambdas/adapters/analytics/due-hours.ts';
import { createRollups } from '../../lambdas/adapters/analytics/rollups.ts';
import { createCountingTurn } from '../../lambdas/adapters/analytics/turn.ts';
import { tableOf } from '../../lambdas/adapters/aws/dynamodb/calls.ts';
import { packLines } from '../../lambdas/core/analytics/archive.ts';
import { HOUR_MS, hourOf } from '../../lambdas/core/analytics/hour.ts';
import type { Line } from '../../lambdas/core/analytics/line.ts';
import { countDue, type RollupPorts } from '../../lambdas/rollup/count-due.ts';
import { createCallCounts } from '../../local/simulation/memory/call-counts.ts';
import {
  createMemoryDynamoDb,
  LEDGER_TABLE,
} from '../../local/simulation/memory/dynamodb/service.ts';
import { NOON_MS } from '../builders/events.ts';
import { MemoryArchive } from './stream.ts';

const HOUR = hourOf(NOON_MS);
const RUN_MS = 600_000;
const SCOPE = { tenant: 'acme', environment: 'live' } as const;

let nowMs: number;
let holders: number;
let files: number;
let failures: unknown[];
let archive: MemoryArchive;
let ports: RollupPorts;

const lineOf = (event: string): Line => ({
  ...SCOPE,
  endpoint: 'ep_a',
  event,
  type: 'a.b',
  accepted: NOON_MS,
  run: 1,
  attempt: 1,
  attemptInRun: 1,
  cause: 'first',
  at: NOON_MS,
  ms: 20,
  outcome: 'http_200',
});

/** A file comes, and its hour is due. */
async function arrive(): Promise<void> {
  files++;
  const { key, body } = packLines(HOUR, [lineOf(`evt_${files}`)], `${files}`, `${files}`);
  await archive.put(key, body);
  await createDueHours(table()).mark(HOUR, `token-${files}`, nowMs);
}

let table: () => ReturnType<typeof tableOf>;

async function counted(): Promise<number> {
  const whose = { kind: 'tenant', ...SCOPE } as const;
  const [rollup] = await ports.rollups.readRollups(whose, HOUR, hourOf(NOON_MS + HOUR_MS));
  return rollup?.outcomes.http_200?.by.first ?? 0;
}

const run = (over: Partial<RollupPorts> = {}) => countDue({ ...ports, ...over }, nowMs + RUN_MS);

/** A run that does something after it listed the files, and before it puts what they are. */
const runWith = (meanwhile: () => Promise<unknown>) =>
  run({
    archive: {
      get: (key) => archive.get(key),
      async list(prefix) {
        const found = await archive.list(prefix);
        await meanwhile();
        return found;
      },
    },
  });

beforeEach(async () => {
  nowMs = NOON_MS + 2 * HOUR_MS;
  holders = 0;
  files = 0;
  failures = [];
  archive = new MemoryArchive();
  const dynamoDb = createMemoryDynamoDb(createCallCounts(), { nowMs: () => nowMs });
  table = () => tableOf(dynamoDb, LEDGER_TABLE);
  ports = {
    hours: createDueHours(table()),
    turn: createCountingTurn(table()),
    archive,
    rollups: createRollups(table()),
    tenants: { createdTimes: async (ids) => new Map([...ids].map((id) => [id, 0])) },
    surroundings: { now: () => nowMs, random: (size) => new Uint8Array(size).fill(++holders) },
    graceMs: 0,
    reportWait: () => undefined,
    reportFailure: (_, error) => failures.push(error),
  };
  await arrive();
});

describe('while a run counts', () => {
  it('another one does nothing, and what came meanwhile is counted by the next', async () => {
    const first = await runWith(async () => {
      await arrive();
      expect(await run()).toEqual({ counted: 0, current: 0 });
    });
    expect([first.counted, await counted()]).toEqual([1, 1]);
    expect([(await run()).counted, await counted()]).toEqual([1, 2]);
    expect(await ports.hours.listDue()).toEqual([]);
  });

  it('a failure gives the turn back', async () => {
    const failing = runWith(() => Promise.reject(new Error('S3 is away')));
    await expect(failing).rejects.toThrow('1 hours could not be counted');
    expect(failures).toEqual([new Error('S3 is away')]);
    expect((await run()).counted).toBe(1);
  });

  it('its death keeps the turn until it would have been stopped', async () => {
    const dead = { ...ports.turn, giveBack: () => Promise.reject(new Error('died')) };
    await expect(run({ turn: dead })).rejects.toThrow('died');
    await arrive();
    nowMs += RUN_MS - 1;
    expect([(await run()).counted, await counted()]).toEqual([0, 1]);
    nowMs++;
    expect([(await run()).counted, await counted()]).toEqual([1, 2]);
  });

  it('one that lost its turn does not give back another one’s', async () => {
    expect(await ports.turn.take('first', 0, 10)).toBe(true);
    expect(await ports.turn.take('second', 9, 20)).toBe(false);
    expect(await ports.turn.take('second', 10, 20)).toBe(true);
    await ports.turn.giveBack('first');
    expect(await ports.turn.take('third', 11, 21)).toBe(false);
    await ports.turn.giveBack('second');
    expect(await ports.turn.take('third', 11, 21)).toBe(true);
  });
});
