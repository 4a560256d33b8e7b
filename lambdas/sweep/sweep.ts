// Sweep: finds wake-ups that are overdue (their schedule was lost, or their wake died) and repeats them.

import { PartlyRefusedError } from '../core/errors.ts';
import type { Queues, Surroundings, Wakes } from '../core/ports.ts';
import { BUCKET_MS, bucketOf } from '../core/wake-bucket.ts';

/** How far back overdue buckets are looked for. */
const LOOK_BACK_MS = 3 * 3600 * 1000;
/** A wake-up that was due this long ago should be done. */
const OVERDUE_MS = 2 * 60 * 1000;

export interface SweepPorts {
  readonly wakes: Wakes;
  readonly queues: Pick<Queues, 'sendWakes'>;
  readonly surroundings: Surroundings;
}

/** @returns how many wake-ups were repeated */
export async function sweep({ wakes, queues, surroundings }: SweepPorts): Promise<number> {
  const overdueMs = surroundings.now() - OVERDUE_MS;
  const newest = bucketOf(overdueMs);
  const buckets = Array.from(
    { length: LOOK_BACK_MS / BUCKET_MS },
    (_, back) => newest - back * BUCKET_MS,
  );
  let repeated = 0;
  for (const bucketMs of buckets.toReversed()) {
    const overdue = await wakes.listBucket(bucketMs);
    if (overdue.length === 0) continue;
    const refused = await queues.sendWakes(overdue.map((wake) => ({ wake, delaySeconds: 0 })));
    if (refused.size > 0) throw new PartlyRefusedError('SQS', refused.size, overdue.length);
    repeated += overdue.length;
  }
  return repeated;
}
