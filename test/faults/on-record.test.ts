// What receivers saw minus what is known of it: nothing but the requests of functions that died before their record, and
// those of which SQS repeated the message, so that one record stands for two.
import { describe, expect, it } from 'vitest';
import type { Sabotage } from '../../local/simulation/system/system.ts';
import { wholeOr } from '../builders/share.ts';
import type { FaultKind } from './fault-log.ts';
import { createRequestTrace, REPEATS } from './on-record.ts';
import { noisyPlan, type Plan } from './plan.ts';
import { only, withCalls } from './sabotage.ts';
import { runVirtually } from './virtual-run.ts';

const SEED = Number(process.env.SEED ?? 7_000);
const SEEDS = Array.from({ length: wholeOr(300, 40) }, (_, n) => SEED + n);

const HOUR_MS = 3_600_000;
const DEATHS: readonly FaultKind[] = [
  'killed before a call',
  'killed after a call',
  'timed out after a call took effect',
];

/** Functions and the machine die, SQS repeats and delays messages, and nothing else goes wrong. */
const planOf = (seed: number): Plan => ({
  ...noisyPlan(seed),
  noise: 0.02,
  only: [...DEATHS, ...REPEATS, 'message late', 'message out of order'],
  outages: [],
  maxClockOffsetMs: 0,
});

async function missingIn(seed: number, breaks?: Sabotage, horizonMs?: number) {
  const trace = createRequestTrace(breaks);
  const { sabotage, watch } = trace;
  const { arrivals, log } = await runVirtually(planOf(seed), sabotage, horizonMs, watch);
  const seen = { arrivals, faults: log.faults };
  return {
    requests: arrivals.length,
    inLedger: trace.missing(trace.inLedger(), seen),
    inArchive: trace.missing(trace.inArchive(), seen),
  };
}

it('what is missing is what died before its record, and what SQS repeated', async () => {
  const sums = { requests: 0, died: 0, inLedger: 0, inArchive: 0 };
  for (const seed of SEEDS) {
    const { requests, inLedger, inArchive } = await missingIn(seed);
    expect({ seed, inLedger: inLedger.unexplained, inArchive: inArchive.unexplained }).toEqual({
      seed,
      inLedger: [],
      inArchive: [],
    });
    // No other view can know what was never written.
    expect(inArchive.died).toEqual(inLedger.died);
    sums.requests += requests;
    sums.died += inLedger.died.length;
    sums.inLedger += inLedger.repeated.length;
    sums.inArchive += inArchive.repeated.length;
  }
  // Each kind was met, and one record for two is missing another one in each view.
  expect(sums.requests).toBeGreaterThan(SEEDS.length * 30);
  expect(sums.died).toBeGreaterThan(SEEDS.length / 2);
  expect(sums.inLedger).toBeGreaterThan(SEEDS.length / 25);
  expect(sums.inArchive).toBeGreaterThan(SEEDS.length / 25);
});

describe('what is missing for another reason is noticed', () => {
  const isNoticed = async (view: 'inLedger' | 'inArchive', breaks: Sabotage): Promise<boolean> => {
    for (const seed of SEEDS.slice(0, 6)) {
      const found = await missingIn(seed, only('dispatch', breaks), HOUR_MS);
      if (found[view].unexplained.length > 0) return true;
    }
    return false;
  };
  type Write = { Item?: { a?: { L: { S: string }[] } } };
  /** Changes the attempts of each delivery that is put. */
  const withAttempts =
    (change: (attempts: { S: string }[]) => { S: string }[]): Sabotage =>
    (services) =>
      withCalls(services, (operation, input: Write, make) => {
        const attempts = input.Item?.a?.L;
        if (operation !== 'PutItem' || !attempts) return undefined;
        return make({ ...input, Item: { ...input.Item, a: { L: change(attempts) } } });
      });

  it('a record that is dropped', async () => {
    const drops: Sabotage = (services) =>
      withCalls(services, (operation) =>
        operation === 'BatchWriteItem' ? Promise.resolve({}) : undefined,
      );
    expect(await isNoticed('inLedger', drops)).toBe(true);
    expect(await isNoticed('inArchive', drops)).toBe(true);
  });

  it('an earlier attempt that a later one writes over', async () => {
    const forgets = withAttempts((attempts) => attempts.slice(-1));
    expect(await isNoticed('inLedger', forgets)).toBe(true);
    // The archive has it from the write before.
    expect(await isNoticed('inArchive', forgets)).toBe(false);
  });

  it('two attempts under one number', async () => {
    const stays = withAttempts((attempts) =>
      attempts.map(({ S }, index) => {
        const [number, ...rest] = JSON.parse(S);
        return { S: JSON.stringify([index > 0 ? number - 1 : number, ...rest]) };
      }),
    );
    expect(await isNoticed('inArchive', stays)).toBe(true);
  });
});
