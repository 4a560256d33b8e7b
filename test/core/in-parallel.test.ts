import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inParallel } from '../../lambdas/core/in-parallel.ts';

describe('work side by side', () => {
  it('keeps the order of the items and the limit', async () => {
    let underWay = 0;
    let most = 0;
    const results = await inParallel([5, 1, 3, 2, 4], 2, async (turns) => {
      most = Math.max(most, ++underWay);
      for (let n = 0; n < turns; n++) await turn();
      underWay--;
      return turns * 10;
    });
    expect(results).toEqual([50, 10, 30, 20, 40]);
    expect(most).toBe(2);
  });

  it('rejects with the first failure only when nothing is under way any more', async () => {
    const ended: number[] = [];
    const work = async (item: number) => {
      for (let n = 0; n < item; n++) await turn();
      ended.push(item);
      if (item === 1) throw new Error('first');
    };
    await expect(inParallel([1, 4, 9], 2, work)).rejects.toThrow('first');
    expect(ended).toEqual([1, 4]);
  });
});
