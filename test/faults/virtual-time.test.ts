// A part of the fault bench in virtual time: npm run test:faults has the whole of it.
import { describe, expect, it } from 'vitest';
import { wholeOr } from '../builders/share.ts';
import { runBacklog } from './backlog.ts';
import { FAULT_KINDS } from './fault-log.ts';
import { noisyPlan, quietPlan } from './plan.ts';
import { benchVirtually, tooRare } from './virtual-bench.ts';
import { runVirtually } from './virtual-run.ts';

const SEED = Number(process.env.SEED ?? 17);
const RUNS = wholeOr(200, 40);
const RECORDINGS = wholeOr(8, 4);

/** What stands out of a share of the runs, by chance; all of it is met in the whole bench. */
const RARE = 10;

describe('with faults at every call', () => {
  it('nothing is lost, nothing is stuck, and every duplicate is explained', {
    timeout: 600_000,
  }, async () => {
    const summary = await benchVirtually({ seed: SEED, runs: RUNS, recordings: RECORDINGS });
    expect(summary.findings).toEqual([]);
    expect(summary.runs).toBe(RUNS + 2 * RECORDINGS);
    expect(summary.sites.size).toBeGreaterThan(wholeOr(80, 70));
    const neverPresent = FAULT_KINDS.filter((kind) => summary.presence.get(kind) === 0);
    expect(neverPresent.length, neverPresent.join(', ')).toBeLessThanOrEqual(RARE);
  });

  it('a run is the same each time', async () => {
    for (const seed of [7, 9]) {
      const [first, second] = [
        await runVirtually(noisyPlan(seed)),
        await runVirtually(noisyPlan(seed)),
      ];
      expect(second.log.faults).toEqual(first.log.faults);
      expect(second.requests).toBe(first.requests);
    }
  });

  it('poison messages block nothing, and end as dead letters', async () => {
    for (let seed = 1; seed <= 4; seed++) {
      const { log, findings } = await runVirtually({ ...quietPlan(seed), poison: true });
      expect(log.counts()['poison message']).toBe(5);
      expect(findings).toEqual([]);
    }
  });

  it('and without any, no request is made twice', async () => {
    for (let seed = 1; seed <= 13; seed++) {
      const plan = { ...quietPlan(seed), hasActs: seed % 2 === 0 };
      const { duplicates, findings } = await runVirtually(plan);
      expect({ duplicates, findings }).toEqual({ duplicates: {}, findings: [] });
    }
  });
});

describe('a whole bench', () => {
  const presence = new Map(FAULT_KINDS.map((kind) => [kind, 200]));

  it('had each kind of fault in 200 runs', () => {
    expect(tooRare({ runs: 5_000, presence })).toEqual([]);
  });

  it.each(FAULT_KINDS)('is not sound if it had too few runs with: %s', (kind) => {
    const runs = 5_000;
    const found = [`${kind}: in 199 of ${runs} runs, 200 wanted`];
    expect(tooRare({ runs, presence: new Map(presence).set(kind, 199) })).toEqual(found);
    const without = new Map([...presence].filter(([one]) => one !== kind));
    expect(tooRare({ runs, presence: without })).toHaveLength(1);
    // Some are missed by chance in fewer runs.
    expect(tooRare({ runs: runs - 1, presence: without })).toEqual([]);
  });
});

describe('with a backlog of hundreds at one endpoint', () => {
  it.each([0, 1, 2, 3, 4, 5])(
    'it is worked off, at a price that does not grow with it (%i)',
    async (kind) => {
      const { findings } = await runBacklog(6 * SEED + kind, 700);
      expect(findings).toEqual([]);
    },
  );
});
