// What the slowest deliveries waited for: the pauses of threads while they were under way.
import { rounded } from '../report.ts';
import type { Measured, Wait } from './case.ts';
import type { Pause } from './watch.ts';

export type { Pause } from './watch.ts';

interface Run extends Measured {
  readonly pauses: readonly Pause[];
}

export interface Cause {
  readonly where: string;
  readonly cause: string;
  /** Of the slowest hundredth, those that this held up the longest. */
  readonly deliveries: number;
  readonly 'longest ms': number;
}

export function causesOf(runs: readonly Run[]): Cause[] {
  const causes = new Map<string, Cause>();
  for (const { slowest, pauses } of runs) {
    for (const wait of slowest) {
      const pause = longestIn(wait, pauses);
      const where = pause?.where ?? 'nowhere';
      const cause = pause === undefined ? 'did not stand still' : causeOf(pause);
      const key = `${where}: ${cause}`;
      const { deliveries = 0, 'longest ms': longest = 0 } = causes.get(key) ?? {};
      causes.set(key, {
        where,
        cause,
        deliveries: deliveries + 1,
        'longest ms': Math.max(longest, rounded(pause?.ms ?? wait.ms, 0)),
      });
    }
  }
  return [...causes.values()].toSorted((a, b) => b.deliveries - a.deliveries);
}

function longestIn({ ms, endedAtMs }: Wait, pauses: readonly Pause[]): Pause | undefined {
  const beganAtMs = endedAtMs - ms;
  const overlap = (pause: Pause): number =>
    Math.min(endedAtMs, pause.endedAtMs) - Math.max(beganAtMs, pause.endedAtMs - pause.ms);
  return pauses
    .filter((pause) => overlap(pause) > 0)
    .toSorted((a, b) => overlap(b) - overlap(a))[0];
}

/** What most of a pause went to. */
function causeOf({ ms, cpuMs, coreWaitMs, gcMs }: Pause): string {
  const collectingMs = Math.min(gcMs, cpuMs);
  const parts = [
    { cause: 'waits for a core', ms: coreWaitMs },
    { cause: 'collects garbage', ms: collectingMs },
    { cause: 'works', ms: cpuMs - collectingMs },
    {
      // V8 collects with helper threads, which the thread waits for.
      cause: gcMs > ms / 2 ? 'waits for helpers that collect garbage' : 'is blocked',
      ms: ms - cpuMs - coreWaitMs,
    },
  ];
  return parts.toSorted((a, b) => b.ms - a.ms)[0]?.cause ?? '';
}
