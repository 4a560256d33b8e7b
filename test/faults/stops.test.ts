// Calls fail for a while, and then nothing runs: what was lost on the way is found afterwards.
import { expect, it } from 'vitest';
import { wholeOr } from '../builders/share.ts';
import { HOUR_MS, MINUTE_MS } from '../local/simulation/simulated.ts';
import { quietPlan } from './plan.ts';
import { runVirtually } from './virtual-run.ts';

it.each([1, 4])(
  'a whole process goes on where it was, having been down for %i hours',
  async (hours) => {
    const findings: string[] = [];
    for (let seed = 1; seed <= wholeOr(12, 3); seed++) {
      const stops = [{ atMs: (15 + (seed % 20)) * MINUTE_MS, downMs: hours * HOUR_MS }];
      const plan = { ...quietPlan(seed), noise: 0.05, noiseEndsMs: 40 * MINUTE_MS, stops };
      const run = await runVirtually(plan);
      findings.push(...run.findings.map(({ kind, text }) => `${seed}: ${kind}: ${text}`));
    }
    expect(findings).toEqual([]);
  },
);
