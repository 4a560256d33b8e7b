// A line that comes late has its hour counted again: with the files of the hour gone, the count would fall. How long the
// archive is to be kept at least follows from this.
import { expect, it } from 'vitest';
import { createDueHours } from '../../lambdas/adapters/analytics/due-hours.ts';
import { createRollups } from '../../lambdas/adapters/analytics/rollups.ts';
import { createCountingTurn } from '../../lambdas/adapters/analytics/turn.ts';
import { tableOf } from '../../lambdas/adapters/aws/dynamodb/calls.ts';
import { packLines } from '../../lambdas/core/analytics/archive.ts';
import { dayOf } from '../../lambdas/core/analytics/day.ts';
import { HOUR_MS, HOURS_KEPT_MS, hourOf, hourStartMs } from '../../lambdas/core/analytics/hour.ts';
import type { Line } from '../../lambdas/core/analytics/line.ts';
import { DAY_MS } from '../../lambdas/core/time.ts';
import { countDue } from '../../lambdas/rollup/count-due.ts';
import { parseConfiguration } from '../../lib/configuration.ts';
import { createCallCounts } from '../../local/simulation/memory/call-counts.ts';
import {
  createMemoryDynamoDb,
  LEDGER_TABLE,
} from '../../local/simulation/memory/dynamodb/service.ts';
import { MemoryArchive } from './stream.ts';

const HOUR = '2026-11-30T00';
const START_MS = hourStartMs(HOUR);
const SCOPE = { tenant: 'acme', environment: 'live' } as const;

/** Removes files some days after they were put, as the bucket's lifecycle does. */
class ExpiringArchive extends MemoryArchive {
  private readonly putAtMs = new Map<string, number>();
  private readonly days: number;
  private readonly nowMs: () => number;

  constructor(days: number, nowMs: () => number) {
    super();
    this.days = days;
    this.nowMs = nowMs;
  }

  override async put(key: string, body: Uint8Array): Promise<void> {
    await super.put(key, body);
    this.putAtMs.set(key, this.nowMs());
  }

  override async list(prefix: string) {
    const isThere = (key: string): boolean =>
      this.nowMs() < (this.putAtMs.get(key) ?? 0) + this.days * DAY_MS;
    return (await super.list(prefix)).filter(({ key }) => isThere(key));
  }
}

/** What the hour and its day have when a line came at the last moment at which their counts are kept. */
async function countedWith(archiveDays: number): Promise<[number, number]> {
  let nowMs = START_MS + 1;
  const archive = new ExpiringArchive(archiveDays, () => nowMs);
  const table = tableOf(
    createMemoryDynamoDb(createCallCounts(), { nowMs: () => nowMs }),
    LEDGER_TABLE,
  );
  const hours = createDueHours(table);
  const rollups = createRollups(table);
  const arrive = async (event: string): Promise<void> => {
    const line: Line = {
      ...SCOPE,
      endpoint: 'ep_a',
      event,
      type: 'a.b',
      accepted: START_MS,
      run: 1,
      attempt: 1,
      attemptInRun: 1,
      cause: 'first',
      at: START_MS,
      ms: 20,
      outcome: 'http_200',
    };
    const { key, body } = packLines(HOUR, [line], event, event);
    await archive.put(key, body);
    await hours.mark(HOUR, event, nowMs);
  };
  const count = () =>
    countDue(
      {
        hours,
        turn: createCountingTurn(table),
        archive,
        rollups,
        tenants: { createdTimes: async (ids) => new Map([...ids].map((id) => [id, 0])) },
        surroundings: { now: () => nowMs, random: (size) => new Uint8Array(size) },
        graceMs: 0,
        reportWait: () => undefined,
        reportFailure: () => undefined,
      },
      nowMs + HOUR_MS,
    );
  await arrive('evt_early');
  nowMs += 2 * HOUR_MS;
  await count();
  nowMs = START_MS + HOURS_KEPT_MS - 1;
  await arrive('evt_late');
  await count();
  const whose = { kind: 'tenant', ...SCOPE } as const;
  const found = [
    await rollups.readRollups(whose, HOUR, hourOf(START_MS + HOUR_MS)),
    await rollups.readDays(whose, dayOf(START_MS), dayOf(START_MS + DAY_MS)),
  ];
  const [hour = 0, day = 0] = found.map(([first]) => first?.outcomes.http_200?.by.first ?? 0);
  return [hour, day];
}

const isAllowed = (archiveDays: number): boolean => {
  try {
    parseConfiguration({ analytics: { archiveDays } });
    return true;
  } catch {
    return false;
  }
};

it.each([
  [30, [1, 1]],
  [91, [1, 1]],
  [92, [2, 2]],
  [400, [2, 2]],
])('with an archive of %i days a late line leaves %j of two', async (archiveDays, left) => {
  expect(await countedWith(archiveDays)).toEqual(left);
  expect(isAllowed(archiveDays)).toBe(left[0] === 2);
});
