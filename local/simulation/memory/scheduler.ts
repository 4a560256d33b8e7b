// EventBridge Scheduler in virtual time: schedules that fire once, at a queue, and are deleted some time later.
import type { MemoryQueue } from './queue.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface Schedule {
  readonly Name: string;
  /** `at(2026-01-01T00:00:00)` */
  readonly ScheduleExpression: string;
  readonly Target: { readonly Input: string };
}

export interface MemoryScheduler {
  create(schedule: Schedule): Promise<'created' | 'known'>;
  /** The names of those that were created and have not fired. */
  readonly alive: ReadonlySet<string>;
}

export interface SchedulerConditions {
  /** How late each firing of a schedule is, milliseconds; none if it is lost. */
  firings?(name: string): readonly number[];
  /** How long after it fired a schedule's name is taken, milliseconds. */
  nameKeptMs?(): number;
  /** Told of each that is created. */
  onCreate?(name: string): void;
}

export function createMemoryScheduler(
  clock: VirtualClock,
  target: MemoryQueue,
  conditions: SchedulerConditions = {},
): MemoryScheduler {
  const alive = new Set<string>();
  const taken = new Set<string>();
  return {
    alive,
    async create({ Name: name, ScheduleExpression: at, Target: { Input: body } }) {
      if (taken.has(name)) return 'known';
      taken.add(name);
      alive.add(name);
      conditions.onCreate?.(name);
      const latenessMs = conditions.firings?.(name) ?? [0];
      clock.at(Date.parse(`${at.slice('at('.length, -1)}Z`), () => {
        alive.delete(name);
        const keptMs = conditions.nameKeptMs?.() ?? 0;
        if (keptMs === 0) taken.delete(name);
        else clock.at(clock.nowMs + keptMs, () => taken.delete(name));
        for (const lateMs of latenessMs) {
          if (lateMs === 0) target.send(body, 0);
          else clock.at(clock.nowMs + lateMs, () => target.send(body, 0));
        }
      });
      return 'created';
    },
  };
}
