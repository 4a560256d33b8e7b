import { setTimeout as delay } from 'node:timers/promises';

interface Rounds {
  readonly rounds: number;
  /** Before the second round; each further pause is twice as long. */
  readonly pauseMs: number;
}

/** Sends what the round before left. @returns what is left in the end */
export async function inRounds<T>(
  { rounds, pauseMs }: Rounds,
  all: readonly T[],
  send: (left: readonly T[]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  let left = all;
  for (let round = 0; round < rounds && left.length > 0; round++) {
    if (round > 0) await delay(pauseMs * 2 ** (round - 1));
    left = await send(left);
  }
  return left;
}
