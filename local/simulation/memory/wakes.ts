// The wake directory and the scheduler in virtual time; schedules can be lost or doubled.

import { type EndpointAddress, scopeKey } from '../../../lambdas/core/scope.ts';
import {
  bucketOf,
  scheduleName,
  WAKE_EARLY_MS,
  WAKE_SHARDS,
} from '../../../lambdas/core/wakes/bucket.ts';
import type { SweptWakes, Wakes } from '../../../lambdas/core/wakes/directory.ts';
import { encodeWakeMessage, type WakeMessage } from '../../../lambdas/core/wakes/message.ts';
import type { CallCounts } from './call-counts.ts';
import type { MemoryQueue } from './queue.ts';
import type { VirtualClock } from './virtual-clock.ts';

interface ScheduleFaults {
  /** Shares of the schedules, 0 to 1. */
  readonly lost: number;
  readonly doubled: number;
  readonly random: () => number;
}

/** The two outside systems behind the port, one call each. */
export interface WakeDirectory extends SweptWakes {
  /** False if the wake-up stands there as such already; one that was noted only has no schedule yet. */
  enter(wake: WakeMessage, how: 'noted' | 'scheduled'): Promise<boolean>;
  strike(wake: WakeMessage): Promise<void>;
}
export interface Schedules {
  /** Nothing if there is one of this name. */
  create(wake: WakeMessage): Promise<void>;
}

export interface MemoryWakes extends Wakes, SweptWakes {
  /** Schedules that are created and have not fired. */
  readonly alive: () => number;
  /** How many were created per endpoint. */
  readonly created: ReadonlyMap<string, readonly number[]>;
  /** Their buckets, per endpoint in the order of creation. */
  readonly buckets: ReadonlyMap<string, readonly number[]>;
}

export function createMemoryDirectory(counts: CallCounts): WakeDirectory {
  const directory = new Map<number, Map<string, { wake: WakeMessage; isScheduled: boolean }>>();
  let sweptUpToMs: number | undefined;
  const entryKey = (wake: WakeMessage): string => `${scopeKey(wake)}#${wake.endpointId}`;
  return {
    async enter(wake, how) {
      const isScheduled = how === 'scheduled';
      const bucket = directory.get(wake.bucketMs) ?? new Map();
      directory.set(wake.bucketMs, bucket);
      counts.write(1);
      const found = bucket.get(entryKey(wake));
      if (found && (found.isScheduled || !isScheduled)) return false;
      bucket.set(entryKey(wake), { wake, isScheduled });
      return true;
    },
    async strike(wake) {
      counts.write(1);
      const bucket = directory.get(wake.bucketMs);
      bucket?.delete(entryKey(wake));
      if (bucket?.size === 0) directory.delete(wake.bucketMs);
    },
    async listBucket(bucketMs) {
      counts.sweepRead(WAKE_SHARDS);
      return [...(directory.get(bucketMs)?.values() ?? [])].map(({ wake }) => wake);
    },
    async sweptUpTo(firstMs) {
      sweptUpToMs ??= firstMs;
      return sweptUpToMs;
    },
    async moveSwept(toMs) {
      sweptUpToMs = toMs;
    },
  };
}

/** @param fires how late each firing of a schedule is, in milliseconds: none if it is lost */
export function createMemorySchedules(
  clock: VirtualClock,
  wakesQueue: MemoryQueue,
  fires: (wake: WakeMessage) => readonly number[],
): Schedules & { readonly alive: ReadonlySet<string> } {
  const alive = new Set<string>();
  return {
    alive,
    async create(wake) {
      const name = scheduleName(wake.endpointId, wake.bucketMs);
      if (alive.has(name)) return;
      alive.add(name);
      const lateness = fires(wake);
      const atMs = Math.max(wake.bucketMs - WAKE_EARLY_MS, clock.nowMs + 1_000);
      clock.at(atMs, () => {
        alive.delete(name);
        for (const lateMs of lateness) {
          const send = () => wakesQueue.send(encodeWakeMessage(wake), 0);
          if (lateMs === 0) send();
          else clock.at(clock.nowMs + lateMs, send);
        }
      });
    },
  };
}

/** The port over both, in the order of the adapter. */
export function createWakesOver(
  directory: WakeDirectory,
  schedules: Schedules,
  now: () => number,
): Wakes & SweptWakes {
  const wakeOf = (endpoint: EndpointAddress, dueAtMs: number): WakeMessage => {
    const { tenant, environment, endpointId } = endpoint;
    return { tenant, environment, endpointId, bucketMs: bucketOf(Math.max(dueAtMs, now())) };
  };
  return {
    async ensure(endpoint, dueAtMs) {
      const wake = wakeOf(endpoint, dueAtMs);
      if (await directory.enter(wake, 'scheduled')) await schedules.create(wake);
    },
    async note(endpoint, dueAtMs) {
      await directory.enter(wakeOf(endpoint, dueAtMs), 'noted');
    },
    done: (wake) => directory.strike(wake),
    listBucket: (bucketMs) => directory.listBucket(bucketMs),
    sweptUpTo: (firstMs) => directory.sweptUpTo(firstMs),
    moveSwept: (toMs) => directory.moveSwept(toMs),
  };
}

export function createMemoryWakes(
  clock: VirtualClock,
  counts: CallCounts,
  wakesQueue: MemoryQueue,
  faults: ScheduleFaults,
): MemoryWakes {
  const created = new Map<string, number[]>();
  const buckets = new Map<string, number[]>();
  const schedules = createMemorySchedules(clock, wakesQueue, (wake) => {
    counts.schedule();
    created.set(wake.endpointId, [...(created.get(wake.endpointId) ?? []), clock.nowMs]);
    buckets.set(wake.endpointId, [...(buckets.get(wake.endpointId) ?? []), wake.bucketMs]);
    if (faults.random() < faults.lost) return [];
    return faults.random() < faults.doubled ? [0, 0] : [0];
  });
  const wakes = createWakesOver(createMemoryDirectory(counts), schedules, () => clock.nowMs);
  return { ...wakes, created, buckets, alive: () => schedules.alive.size };
}
