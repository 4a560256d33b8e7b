// Function instances, as Lambda runs them: one invocation at a time, memory that goes on to the next one,
// an end by crash or by timeout. What a dead instance still does reaches nobody.
import type { VirtualClock } from '../../local/simulation/memory/virtual-clock.ts';
import type { Subject } from './fault-log.ts';
import type { FunctionName } from './plan.ts';

export class InstanceDied extends Error {}

export class Instance {
  readonly functionName: FunctionName;
  isOver = false;
  /** What the invocation under way is about. */
  subjects: readonly Subject[] = [];
  readonly ended: Promise<never>;
  private reject: (error: Error) => void = () => undefined;

  constructor(functionName: FunctionName) {
    this.functionName = functionName;
    this.ended = new Promise((_, reject) => {
      this.reject = reject;
    });
    this.ended.catch(() => undefined);
  }

  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.reject(new InstanceDied(`an instance of ${this.functionName} died`));
  }
}

/** For what comes after an instance's end. */
export function never(): Promise<never> {
  return new Promise(() => undefined);
}

const TIMEOUTS_MS: Readonly<Record<FunctionName, number>> = {
  ingest: 28_000,
  'fan-out': 30_000,
  dispatch: 60_000,
  wake: 60_000,
  sweep: 60_000,
  api: 28_000,
};

interface Running<T> {
  readonly instance: Instance;
  readonly code: T;
}

export class Instances<T> {
  private readonly clock: VirtualClock;
  private readonly load: (instance: Instance) => T;
  private readonly idle = new Map<FunctionName, Running<T>[]>();
  private readonly busy = new Set<Running<T>>();
  isDown = false;

  constructor(clock: VirtualClock, load: (instance: Instance) => T) {
    this.clock = clock;
    this.load = load;
  }

  async run<R>(
    name: FunctionName,
    subjects: readonly Subject[],
    work: (code: T) => Promise<R>,
  ): Promise<R> {
    if (this.isDown) throw new InstanceDied('nothing runs');
    const idle = this.idle.get(name) ?? [];
    this.idle.set(name, idle);
    const used = idle.pop() ?? this.start(name);
    used.instance.subjects = subjects;
    this.busy.add(used);
    let isDone = false;
    this.clock.at(this.clock.nowMs + TIMEOUTS_MS[name], () => {
      if (!isDone) used.instance.end();
    });
    try {
      return await Promise.race([work(used.code), used.instance.ended]);
    } finally {
      isDone = true;
      this.busy.delete(used);
      if (!used.instance.isOver) idle.push(used);
    }
  }

  /** Ends every instance, at work or not; gives what was under way. */
  endAll(): Subject[] {
    const underWay = [...this.busy].flatMap(({ instance }) => instance.subjects);
    for (const used of [...this.busy, ...[...this.idle.values()].flat()]) used.instance.end();
    this.idle.clear();
    return underWay;
  }

  private start(name: FunctionName): Running<T> {
    const instance = new Instance(name);
    return { instance, code: this.load(instance) };
  }
}
