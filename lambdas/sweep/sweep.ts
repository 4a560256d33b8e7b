// Sweep: finds wake-ups that are overdue (their schedule was lost, or their wake died) and repeats them.

import { PartlyRefusedError } from '../core/errors.ts';
import type { Surroundings } from '../core/surroundings.ts';
import { BUCKET_MS, bucketOf } from '../core/wakes/bucket.ts';
import type { Wakes } from '../core/wakes/directory.ts';
import type { WakeQueue } from '../core/wakes/message.ts';

/** How far back overdue buckets are looked for. */
const LOOK_BACK_MS = 3 * 3600 * 1000;
/** A wake-up that was due this long ago should be done. */
const OVERDUE_MS = 2 * 60 * 1000;

interface SweepPorts {
  readonly wakes: Wakes;
  readonly queues: WakeQueue;
  readonly surroundings: Surroundings;
}

/** What a run of sweep repaired. */
interface SweepReport {
  /** Wake-ups that were overdue and sent again. */
  readonly repeatedWakes: number;
  /** Buckets of ten minutes that they stood in, and how long the oldest is overdue. */
  readonly overdueBuckets: number;
  readonly oldestOverdueSeconds: number;
}

export async function sweep({ wakes, queues, surroundings }: SweepPorts): Promise<SweepReport> {
  const overdueMs = surroundings.now() - OVERDUE_MS;
  const newest = bucketOf(overdueMs);
  const buckets = Array.from(
    { length: LOOK_BACK_MS / BUCKET_MS },
    (_, back) => newest - back * BUCKET_MS,
  );
  let repeatedWakes = 0;
  let overdueBuckets = 0;
  let oldestOverdueSeconds = 0;
  for (const bucketMs of buckets.toReversed()) {
    const overdue = await wakes.listBucket(bucketMs);
    if (overdue.length === 0) continue;
    const refused = await queues.sendWakes(overdue.map((wake) => ({ wake, delaySeconds: 0 })));
    if (refused.size > 0) throw new PartlyRefusedError('SQS', refused.size, overdue.length);
    repeatedWakes += overdue.length;
    overdueBuckets++;
    const seconds = Math.round((surroundings.now() - bucketMs) / 1000);
    oldestOverdueSeconds = Math.max(oldestOverdueSeconds, seconds);
  }
  return { repeatedWakes, overdueBuckets, oldestOverdueSeconds };
}
