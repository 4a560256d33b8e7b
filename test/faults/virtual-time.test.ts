// A part of the fault bench in virtual time: npm run test:faults has the whole of it.
import { describe, expect, it } from 'vitest';
import { FAULT_KINDS } from './fault-log.ts';
import { noisyPlan, quietPlan } from './plan.ts';
import { benchVirtually } from './virtual-bench.ts';
import { runVirtually } from './virtual-run.ts';

const SEED = Number(process.env.SEED ?? 1);

describe('with faults at every call', () => {
  it('nothing is lost, nothing is stuck, and every duplicate is explained', {
    timeout: 120_000,
  }, async () => {
    const summary = await benchVirtually({ seed: SEED, runs: 80, recordings: 16 });
    expect(summary.findings).toEqual([]);
    expect(summary.runs).toBe(112);
    expect(summary.sites.size).toBeGreaterThan(50);
    const neverInjected = FAULT_KINDS.filter((kind) => summary.faults.get(kind) === 0);
    expect(neverInjected).toEqual([]);
  });

  it('a run is the same each time', async () => {
    const [first, second] = [await runVirtually(noisyPlan(7)), await runVirtually(noisyPlan(7))];
    expect(second.log.faults).toEqual(first.log.faults);
    expect(second.requests).toBe(first.requests);
  });

  it('poison messages block nothing, and end as dead letters', async () => {
    for (let seed = 1; seed <= 8; seed++) {
      const { log, findings } = await runVirtually({ ...quietPlan(seed), poison: true });
      expect(log.counts()['poison message']).toBe(4);
      expect(findings).toEqual([]);
    }
  });

  it('and without any, no request is made twice', async () => {
    for (let seed = 1; seed <= 16; seed++) {
      const { duplicates, findings } = await runVirtually(quietPlan(seed));
      expect({ duplicates, findings }).toEqual({ duplicates: {}, findings: [] });
    }
  });
});
