// Every event reaches all that subscribe to it, whatever stops on the way.
import { describe, expect, it } from 'vitest';
import type { Sabotage } from '../../local/simulation/system/system.ts';
import { quietPlan } from '../faults/plan.ts';
import { runVirtually } from '../faults/virtual-run.ts';

const SEEDS = [1, 2, 3, 4, 5, 6];

/** The ledger refuses each event so often before it takes it: as many times as fan-out comes in as many minutes. */
function refusingEach(times: number): Sabotage {
  const refusals = new Map<string, number>();
  const refuse = (ids: readonly string[]): void => {
    for (const id of ids) {
      const before = refusals.get(id) ?? 0;
      if (before === times) continue;
      refusals.set(id, before + 1);
      throw new Error('the ledger is away');
    }
  };
  return (services, name) => {
    if (name !== 'fan-out') return services;
    const { call } = services.dynamoDb;
    const dynamoDb: typeof services.dynamoDb = {
      async call(operation, input) {
        const isWrite = operation === 'BatchWriteItem' || operation === 'PutItem';
        if (isWrite) refuse(JSON.stringify(input).match(/evt_[0-9a-z]{26}/g) ?? []);
        return call(operation, input);
      },
    };
    return { ...services, dynamoDb };
  };
}

/** @returns what was not delivered, and why, over a few runs */
async function findingsWith(refusals: number): Promise<string[]> {
  const findings: string[] = [];
  for (const seed of SEEDS) {
    const run = await runVirtually(quietPlan(seed), refusingEach(refusals));
    expect(run.events).toBeGreaterThan(0);
    findings.push(...run.findings.map(({ kind, text }) => `${kind}: ${text}`));
  }
  return findings;
}

describe('an event that cannot be stored at first', () => {
  it('is delivered though fan-out fails eight times', async () => {
    expect(await findingsWith(8)).toEqual([]);
  });

  it('is delivered though fan-out fails fifteen times', async () => {
    expect(await findingsWith(15)).toEqual([]);
  });
});
