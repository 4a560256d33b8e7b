// For how long hours wait to be counted is told by every run, whatever becomes of it; and no hour keeps others waiting.
import { beforeEach, describe, expect, it } from 'vitest';
import { createDueHours } from '../../lambdas/adapters/analytics/due-hours.ts';
import { createRollups } from '../../lambdas/adapters/analytics/rollups.ts';
import { createCountingTurn } from '../../lambdas/adapters/analytics/turn.ts';
import { tableOf } from '../../lambdas/adapters/aws/dynamodb/calls.ts';
import { packLines, prefixOf } from '../../lambdas/core/analytics/archive.ts';
import { HOUR_MS, hourOf, hourStartMs } from '../../lambdas/core/analytics/hour.ts';
import type { Line } from '../../lambdas/core/analytics/line.ts';
import { COUNTING_AT_MOST_MS } from '../../lambdas/core/analytics/store.ts';
import { DAY_MS } from '../../lambdas/core/time.ts';
import { countDue, type RollupPorts } from '../../lambdas/rollup/count-due.ts';
import { createCallCounts } from '../../local/simulation/memory/call-counts.ts';
import {
  createMemoryDynamoDb,
  LEDGER_TABLE,
} from '../../local/simulation/memory/dynamodb/service.ts';
import { NOON_MS } from '../builders/events.ts';
import { MemoryArchive } from './stream.ts';

const SCOPE = { tenant: 'acme', environment: 'live' } as const;
const GRACE_MS = 60_000;
/** Noon's hour can be settled then. */
const DUE_MS = hourStartMs(hourOf(NOON_MS)) + HOUR_MS + GRACE_MS;

let nowMs: number;
let archive: MemoryArchive;
let waits: number[];
let failed: string[];
let ports: RollupPorts & { readonly hours: ReturnType<typeof createDueHours> };

/** A file comes for the hour of a time, and the hour is due. */
async function arrive(atMs: number, event = 'evt_1'): Promise<void> {
  const hour = hourOf(atMs);
  const line: Line = {
    ...SCOPE,
    endpoint: 'ep_a',
    event,
    type: 'a.b',
    accepted: atMs,
    run: 1,
    attempt: 1,
    attemptInRun: 1,
    cause: 'first',
    at: atMs,
    ms: 20,
    outcome: 'http_200',
  };
  const { key, body } = packLines(hour, [line], event, event);
  await archive.put(key, body);
  await ports.hours.mark(hour, `${event} ${nowMs}`, nowMs);
}

const run = (over: Partial<RollupPorts> = {}) =>
  countDue({ ...ports, ...over }, nowMs + COUNTING_AT_MOST_MS);

const dueHours = async () => (await ports.hours.listDue()).map(({ hour }) => hour);

beforeEach(() => {
  nowMs = NOON_MS;
  archive = new MemoryArchive();
  waits = [];
  failed = [];
  const dynamoDb = createMemoryDynamoDb(createCallCounts(), { nowMs: () => nowMs });
  const table = tableOf(dynamoDb, LEDGER_TABLE);
  ports = {
    hours: createDueHours(table),
    turn: createCountingTurn(table),
    archive,
    rollups: createRollups(table),
    tenants: { createdTimes: async (ids) => new Map([...ids].map((id) => [id, 0])) },
    surroundings: { now: () => nowMs, random: (size) => new Uint8Array(size) },
    graceMs: GRACE_MS,
    reportWait: (ms) => waits.push(ms),
    reportFailure: (hour) => failed.push(hour),
  };
});

describe('the longest wait', () => {
  it('is nothing without hours that are due, and while they last', async () => {
    await run();
    await arrive(NOON_MS);
    await run();
    nowMs = DUE_MS;
    await run();
    expect(waits).toEqual([0, 0, 0]);
    expect(await dueHours()).toEqual([]);
  });

  it('is told by runs of which each is stopped before its end, and by those between them', async () => {
    await arrive(NOON_MS);
    const never = () => new Promise<never>(() => undefined);
    const stuck = { get: never, list: never };
    for (let minutes = 0; minutes < 60; minutes += 5) {
      nowMs = DUE_MS + minutes * 60_000;
      // Its promise is never settled: the run holds the turn until it would have been stopped.
      void run({ archive: stuck });
      await expect.poll(() => waits.length).toBe(minutes / 5 + 1);
    }
    expect(waits).toEqual(Array.from({ length: 12 }, (_, n) => n * 5 * 60_000));
  });

  it('of an hour that is marked once more is that of its first mark', async () => {
    await arrive(NOON_MS);
    nowMs = DUE_MS + 20 * 60_000;
    await arrive(NOON_MS, 'evt_2');
    nowMs += 10 * 60_000;
    await run();
    expect(waits).toEqual([30 * 60_000]);
  });

  it('of an old hour to which a line came late begins with that', async () => {
    nowMs = NOON_MS + 30 * DAY_MS;
    await arrive(NOON_MS);
    nowMs += 5 * 60_000;
    await run();
    expect(waits).toEqual([5 * 60_000]);
  });

  it('begins with the count during which it was marked again', async () => {
    await arrive(NOON_MS);
    nowMs = DUE_MS + HOUR_MS;
    const list: typeof archive.list = async (prefix) => {
      const found = await archive.list(prefix);
      nowMs += 60_000;
      await arrive(NOON_MS, 'evt_2');
      return found;
    };
    await run({ archive: { get: (key) => archive.get(key), list } });
    nowMs += 60_000;
    await run();
    expect(waits).toEqual([HOUR_MS, 2 * 60_000]);
  });
});

it('an hour that cannot be counted is named, stays due, and keeps no other one from it', async () => {
  const hours = [0, 1, 2].map((n) => NOON_MS + n * HOUR_MS);
  for (const atMs of hours) await arrive(atMs);
  const broken = hourOf(hours[1] ?? 0);
  nowMs += 5 * HOUR_MS;
  const list: typeof archive.list = async (prefix) => {
    if (prefix === prefixOf(broken)) throw new Error('out of memory');
    return archive.list(prefix);
  };
  const failing = { get: (key: string) => archive.get(key), list };
  await expect(run({ archive: failing })).rejects.toThrow(`the first of them ${broken}`);
  expect([failed, await dueHours()]).toEqual([[broken], [broken]]);
  // The turn is free again.
  expect(await run()).toEqual({ counted: 1, current: 0 });
});

it('an hour that ends the process each time keeps no other one from being counted', async () => {
  const hours = [0, 1, 2].map((n) => NOON_MS + n * HOUR_MS);
  for (const atMs of hours) await arrive(atMs);
  const deadly = hourOf(hours[1] ?? 0);
  nowMs += 5 * HOUR_MS;
  /** Resolves never: what was under way when the process ended. */
  const dying = new Promise<never>(() => undefined);
  let dies = (): void => undefined;
  const dead = new Promise<void>((resolve) => {
    dies = resolve;
  });
  const list: typeof archive.list = async (prefix) => {
    if (prefix !== prefixOf(deadly)) return archive.list(prefix);
    dies();
    return dying;
  };
  const failing = { get: (key: string) => archive.get(key), list };
  void run({ archive: failing });
  await dead;
  // The newest was counted before it.
  expect(await dueHours()).toEqual([hourOf(hours[0] ?? 0), deadly]);
  nowMs += COUNTING_AT_MOST_MS + 1;
  const again = new Promise<void>((resolve) => {
    dies = resolve;
  });
  void run({ archive: failing });
  await again;
  expect(await dueHours()).toEqual([deadly]);
});
