// Sweep: finds wake-ups that are overdue (their schedule was lost, or their wake died) and repeats them, however
// old they are. Before its mark no entry stands; what is after it is read on every run, or in turns if it is much.

import { PartlyRefusedError } from '../core/errors.ts';
import { Recent } from '../core/recent.ts';
import type { Surroundings } from '../core/surroundings.ts';
import { DAY_MS } from '../core/time.ts';
import { BUCKET_MS, bucketOf, scheduleName } from '../core/wakes/bucket.ts';
import type { SweptWakes } from '../core/wakes/directory.ts';
import type { WakeQueue } from '../core/wakes/message.ts';

/** The first run of all begins this far back: what waited for longer is past its deadline. */
const FIRST_LOOK_BACK_MS = 60 * DAY_MS;
/** The mark stays this far behind: entries are made in the bucket of now, by clocks that differ. */
const MARK_BEHIND_MS = 3_600_000;
/** A wake-up that was due this long ago should be done. */
const OVERDUE_MS = 2 * 60 * 1000;
/** A wake-up that was sent again may stand in a queue that is behind. */
const REPEAT_AFTER_MS = 15 * 60 * 1000;
/** A run reads so much from the mark on, or from where the last one stopped, and the latest in any case. */
const READ_PER_RUN_MS = 6 * DAY_MS;
const LATEST_MS = 3 * 3_600_000;
const SENT_PER_RUN = 10_000;
/** So many of an endpoint's wake-ups are out at once: each brings all that is due by then. */
const OUT_PER_ENDPOINT = 3;

interface SweepPorts {
  readonly wakes: SweptWakes;
  readonly queues: WakeQueue;
  readonly surroundings: Pick<Surroundings, 'now'>;
}

/** What a run of sweep repaired. */
interface SweepReport {
  /** Wake-ups that were overdue and sent again. */
  readonly repeatedWakes: number;
  /** How long the oldest is overdue. */
  readonly oldestOverdueSeconds: number;
}

/** One instance's sweep: it remembers what it sent, and where it stopped. */
export function createSweep({ wakes, queues, surroundings }: SweepPorts) {
  const sent = new Recent<true>({ maxEntries: 4 * SENT_PER_RUN, keptMs: REPEAT_AFTER_MS });
  let stoppedAtMs = 0;

  /** @throws PartlyRefusedError at the end of a run in which SQS refused some */
  return async (): Promise<SweepReport> => {
    const nowMs = surroundings.now();
    const newestMs = bucketOf(nowMs - OVERDUE_MS);
    const maxMarkMs = bucketOf(nowMs - MARK_BEHIND_MS);
    const keptMs = await wakes.sweptUpTo(bucketOf(nowMs - FIRST_LOOK_BACK_MS));
    let markMs = Math.min(keptMs, maxMarkMs);
    const fromMs = Math.max(markMs, stoppedAtMs);
    const endMs = Math.min(fromMs + READ_PER_RUN_MS, newestMs + BUCKET_MS);
    stoppedAtMs = endMs > newestMs ? 0 : endMs;
    const latestMs = Math.max(endMs, newestMs - LATEST_MS);
    const read = [...bucketsIn(fromMs, endMs), ...bucketsIn(latestMs, newestMs + BUCKET_MS)];
    let repeatedWakes = 0;
    let refusedWakes = 0;
    let oldestOverdueSeconds = 0;
    const out = new Map<string, number>();
    for (const bucketMs of read) {
      const left = SENT_PER_RUN - repeatedWakes - refusedWakes;
      if (left <= 0) {
        // Of the bucket before, some may be left.
        stoppedAtMs = Math.min(bucketMs - BUCKET_MS, endMs);
        break;
      }
      const found = await wakes.listBucket(bucketMs);
      if (found.length === 0 && bucketMs === markMs && bucketMs < maxMarkMs) {
        markMs += BUCKET_MS;
        await wakes.moveSwept(markMs);
      }
      const nameOf = ({ endpointId }: { endpointId: string }) => scheduleName(endpointId, bucketMs);
      const overdue = found
        .filter((wake) => {
          const before = out.get(wake.endpointId) ?? 0;
          out.set(wake.endpointId, before + 1);
          return before < OUT_PER_ENDPOINT && !sent.get(nameOf(wake), nowMs);
        })
        .slice(0, left);
      if (overdue.length === 0) continue;
      const refused = await queues.sendWakes(overdue.map((wake) => ({ wake, delaySeconds: 0 })));
      overdue.forEach((wake, index) => {
        if (!refused.has(index)) sent.set(nameOf(wake), true, nowMs);
      });
      refusedWakes += refused.size;
      repeatedWakes += overdue.length - refused.size;
      oldestOverdueSeconds ||= Math.round((nowMs - bucketMs) / 1000);
    }
    if (refusedWakes > 0) {
      throw new PartlyRefusedError('SQS', refusedWakes, refusedWakes + repeatedWakes);
    }
    return { repeatedWakes, oldestOverdueSeconds };
  };
}

function bucketsIn(fromMs: number, toMs: number): number[] {
  const count = Math.max(0, (toMs - fromMs) / BUCKET_MS);
  return Array.from({ length: count }, (_, index) => fromMs + index * BUCKET_MS);
}
