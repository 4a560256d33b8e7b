// The wake directory and the scheduler in virtual time; schedules can be lost or doubled.
import { encodeWakeMessage, type WakeMessage } from '../../lambdas/core/messages.ts';
import { type EndpointAddress, scopeKey, type Wakes } from '../../lambdas/core/ports.ts';
import {
  bucketOf,
  scheduleName,
  WAKE_EARLY_MS,
  WAKE_SHARDS,
} from '../../lambdas/core/wake-bucket.ts';
import type { CallCounts } from './call-counts.ts';
import type { MemoryQueue } from './memory-queue.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface ScheduleFaults {
  /** Shares of the schedules, 0 to 1. */
  readonly lost: number;
  readonly doubled: number;
  readonly random: () => number;
}

export interface MemoryWakes extends Wakes {
  /** Schedules that are created and have not fired. */
  readonly alive: () => number;
  /** How many were created per endpoint. */
  readonly created: ReadonlyMap<string, readonly number[]>;
  /** Their buckets, per endpoint in the order of creation. */
  readonly buckets: ReadonlyMap<string, readonly number[]>;
}

export function createMemoryWakes(
  clock: VirtualClock,
  counts: CallCounts,
  wakesQueue: MemoryQueue,
  faults: ScheduleFaults,
): MemoryWakes {
  const directory = new Map<number, Map<string, { wake: WakeMessage; isScheduled: boolean }>>();
  const created = new Map<string, number[]>();
  const buckets = new Map<string, number[]>();
  const alive = new Set<string>();

  const entryKey = (wake: WakeMessage): string => `${scopeKey(wake)}#${wake.endpointId}`;

  function enter(
    endpoint: EndpointAddress,
    dueAtMs: number,
    isScheduled: boolean,
  ): WakeMessage | undefined {
    const { tenant, environment, endpointId } = endpoint;
    const wake = { tenant, environment, endpointId, bucketMs: bucketOf(dueAtMs) };
    const bucket = directory.get(wake.bucketMs) ?? new Map();
    directory.set(wake.bucketMs, bucket);
    counts.write(1);
    const found = bucket.get(entryKey(wake));
    if (found && (found.isScheduled || !isScheduled)) return undefined;
    bucket.set(entryKey(wake), { wake, isScheduled });
    return wake;
  }

  return {
    created,
    buckets,
    alive: () => alive.size,
    async ensure(endpoint, dueAtMs) {
      const wake = enter(endpoint, dueAtMs, true);
      if (!wake) return;
      const name = scheduleName(wake.endpointId, wake.bucketMs);
      if (alive.has(name)) return;
      alive.add(name);
      counts.schedule();
      created.set(wake.endpointId, [...(created.get(wake.endpointId) ?? []), clock.nowMs]);
      buckets.set(wake.endpointId, [...(buckets.get(wake.endpointId) ?? []), wake.bucketMs]);
      const times = faults.random() < faults.lost ? 0 : faults.random() < faults.doubled ? 2 : 1;
      clock.at(Math.max(wake.bucketMs - WAKE_EARLY_MS, clock.nowMs + 1_000), () => {
        alive.delete(name);
        for (let time = 0; time < times; time++) wakesQueue.send(encodeWakeMessage(wake), 0);
      });
    },
    async note(endpoint, dueAtMs) {
      enter(endpoint, dueAtMs, false);
    },
    async done(wake) {
      counts.write(1);
      const bucket = directory.get(wake.bucketMs);
      bucket?.delete(entryKey(wake));
      if (bucket?.size === 0) directory.delete(wake.bucketMs);
    },
    async listBucket(bucketMs) {
      counts.sweepRead(WAKE_SHARDS);
      return [...(directory.get(bucketMs)?.values() ?? [])].map(({ wake }) => wake);
    },
  };
}
