import { describe, expect, it } from 'vitest';
import { causesOf } from '../../../bench/neighbour/causes.ts';
import type { Pause } from '../../../bench/neighbour/watch.ts';

const pause = (given: Partial<Pause>): Pause => ({
  where: 'a thread',
  endedAtMs: 1_000,
  ms: 50,
  cpuMs: 0,
  coreWaitMs: 0,
  gcMs: 0,
  ...given,
});

const causeOf = (...pauses: Pause[]): string | undefined => {
  const slowest = [{ ms: 60, endedAtMs: 1_000 }];
  const [first] = causesOf([{ p50: 5, p99: 60, slowest, pauses }]);
  return first && `${first.where}: ${first.cause}`;
};

describe('what a slow delivery waited for', () => {
  it.each([
    ['works', { cpuMs: 40, gcMs: 5 }],
    ['collects garbage', { cpuMs: 40, gcMs: 30 }],
    ['waits for a core', { cpuMs: 10, coreWaitMs: 38 }],
    ['is blocked', { cpuMs: 10, coreWaitMs: 5, gcMs: 20 }],
    ['waits for helpers that collect garbage', { cpuMs: 5, coreWaitMs: 10, gcMs: 40 }],
  ])('is named by what most of the pause went to: %s', (cause, given) => {
    expect(causeOf(pause(given))).toBe(`a thread: ${cause}`);
  });

  it('is the thread that stood still for the longest of its way', () => {
    const short = pause({ where: 'another', ms: 20, cpuMs: 20 });
    expect(causeOf(short, pause({ cpuMs: 50 }))).toBe('a thread: works');
  });

  it('is no pause before it was accepted, or after it was received', () => {
    expect(causeOf(pause({ endedAtMs: 939 }), pause({ endedAtMs: 1_060 }))).toBe(
      'nowhere: did not stand still',
    );
  });

  it('is counted over all runs, the most frequent first', () => {
    const slowest = [{ ms: 60, endedAtMs: 1_000 }];
    const runs = [
      { p50: 5, p99: 60, slowest, pauses: [pause({ coreWaitMs: 50, ms: 51.4 })] },
      { p50: 5, p99: 60, slowest: [...slowest, ...slowest], pauses: [] },
      { p50: 5, p99: 60, slowest, pauses: [pause({ coreWaitMs: 40 })] },
      { p50: 5, p99: 60, slowest, pauses: [pause({ coreWaitMs: 40 })] },
    ];
    expect(causesOf(runs)).toEqual([
      { where: 'a thread', cause: 'waits for a core', deliveries: 3, 'longest ms': 51 },
      { where: 'nowhere', cause: 'did not stand still', deliveries: 2, 'longest ms': 60 },
    ]);
  });
});
