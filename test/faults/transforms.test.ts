// Transformations that are added, changed and removed while everything fails: whatever repeats a delivery, be it a redelivered
// message, a retry by hand or by policy, or a replay, sends the bytes that were sent first.
import { expect, it } from 'vitest';
import { wholeOr } from '../builders/share.ts';
import { noisyPlan, quietPlan } from './plan.ts';
import { runVirtually } from './virtual-run.ts';

const SEED = Number(process.env.SEED ?? 2_500);

it('one idempotency key never carries two bodies', { timeout: 600_000 }, async () => {
  let requests = 0;
  for (let seed = SEED; seed < SEED + wholeOr(100, 5); seed++) {
    const run = await runVirtually({ ...noisyPlan(seed), hasTransforms: true });
    expect({ seed, findings: run.findings }).toEqual({ seed, findings: [] });
    requests += run.requests;
  }
  expect(requests).toBeGreaterThan(wholeOr(4_000, 150));
});

it('and without faults, each event is what one version makes of it', async () => {
  for (let seed = 1; seed <= 3; seed++) {
    const { findings } = await runVirtually({ ...quietPlan(seed), hasTransforms: true });
    expect({ seed, findings }).toEqual({ seed, findings: [] });
  }
});
