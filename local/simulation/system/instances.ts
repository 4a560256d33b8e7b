// Function instances, as Lambda runs them: one invocation at a time, memory that goes on to the next one, an end by
// crash, by timeout or for want of work. Between two invocations an instance is frozen: what it left under way goes
// on with its next invocation, or never. What a dead instance still does reaches nobody.
import type { VirtualClock } from '../memory/virtual-clock.ts';

export class InstanceDied extends Error {}

/** A connection that did not outlast the time in which its instance was frozen. */
export class BrokenConnectionError extends Error {}

/** What became of the calls that were under way when an instance was frozen, for its next invocation. */
export type Thaw = 'answered' | 'broken' | 'recycled';

export class Instance<Name extends string = string> {
  readonly functionName: Name;
  /** What the invocation under way is about. */
  subjects: readonly string[] = [];
  /** When its invocation times out. */
  deadlineMs = 0;
  /** Calls under way of which nobody waits for an answer any more, if it is frozen. */
  underWay = 0;
  invocation = 0;
  isOver = false;
  /** Whether it ended in its last invocation, and not between two. */
  diedAtWork = false;
  readonly ended: Promise<never>;
  private reject: (error: Error) => void = () => undefined;
  private frozen: { thawed: Promise<void>; thaw: () => void } | undefined;
  private freezes = 0;
  /** What began before so many freezes gets no answer. */
  private brokenUpTo = 0;

  constructor(functionName: Name) {
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

  begin(subjects: readonly string[], deadlineMs: number, thaw: Thaw): void {
    this.subjects = subjects;
    this.deadlineMs = deadlineMs;
    this.invocation++;
    this.thaw(thaw);
  }

  freeze(): void {
    if (this.frozen) return;
    let thaw = (): void => undefined;
    const thawed = new Promise<void>((resolve) => {
      thaw = resolve;
    });
    this.frozen = { thawed, thaw };
    this.freezes++;
  }

  /** Freezes it in the midst of its work. */
  pause(clock: Pick<VirtualClock, 'at' | 'nowMs'>, forMs: number, thaw: Thaw): void {
    if (this.frozen) return;
    this.freeze();
    const { frozen } = this;
    clock.at(clock.nowMs + forMs, () => {
      if (this.frozen === frozen && !this.isOver) this.thaw(thaw);
    });
  }

  private thaw(thaw: Thaw): void {
    if (thaw === 'broken') this.brokenUpTo = this.freezes;
    this.frozen?.thaw();
    this.frozen = undefined;
  }

  private async untilThawed(): Promise<void> {
    while (this.frozen) await this.frozen.thawed;
  }

  /** Makes a call to the outside, as long as the instance lives and is not frozen. */
  async pass<T>(call: () => Promise<T>): Promise<T> {
    if (this.frozen) await this.untilThawed();
    if (this.isOver) return never();
    const { freezes } = this;
    this.underWay++;
    const settled = await call().then(
      (answer) => () => answer,
      (error: unknown) => () => {
        throw error;
      },
    );
    this.underWay--;
    if (this.frozen) await this.untilThawed();
    // A dead instance hears of no answer, nor of an error.
    if (this.isOver) return never();
    if (freezes < this.brokenUpTo) throw new BrokenConnectionError('read ECONNRESET');
    return settled();
  }
}

/** For what comes after an instance's end. */
export function never(): Promise<never> {
  return new Promise(() => undefined);
}

interface Running<Name extends string, Code> {
  readonly instance: Instance<Name>;
  readonly code: Code;
  idleSinceMs: number;
}

export interface InstanceConditions<Name extends string> {
  /** What becomes of an idle instance that is needed again. */
  thaw(instance: Instance<Name>, idleMs: number): Thaw;
  /** Told of each invocation, and what it is about. */
  onInvoke?(name: Name, subjects: readonly string[]): void;
  /** Told of an invocation that runs into its timeout. */
  onTimeout(instance: Instance<Name>): void;
}

interface InstancesOptions<Name extends string, Code> {
  readonly clock: VirtualClock;
  readonly timeoutMs: (name: Name) => number;
  readonly load: (instance: Instance<Name>) => Code;
  readonly conditions: InstanceConditions<Name>;
}

/** Instances of all functions: idle ones are used again, and there are as many as work at once. */
export class Instances<Name extends string, Code> {
  private readonly options: InstancesOptions<Name, Code>;
  private readonly idle = new Map<Name, Running<Name, Code>[]>();
  private readonly busy = new Set<Running<Name, Code>>();
  isDown = false;
  /** How many died. */
  died = 0;

  constructor(options: InstancesOptions<Name, Code>) {
    this.options = options;
  }

  async run<R>(
    name: Name,
    subjects: readonly string[],
    work: (code: Code) => Promise<R>,
  ): Promise<R> {
    if (this.isDown) throw new InstanceDied('nothing runs');
    const { clock, timeoutMs, conditions } = this.options;
    conditions.onInvoke?.(name, subjects);
    const deadlineMs = clock.nowMs + timeoutMs(name);
    const used = this.next(name, subjects, deadlineMs);
    const { instance, code } = used;
    const { invocation } = instance;
    this.busy.add(used);
    let isDone = false;
    clock.at(deadlineMs, () => {
      if (isDone || instance.isOver || instance.invocation !== invocation) return;
      conditions.onTimeout(instance);
      instance.end();
    });
    try {
      return await Promise.race([work(code), instance.ended]);
    } finally {
      isDone = true;
      this.busy.delete(used);
      instance.freeze();
      used.idleSinceMs = clock.nowMs;
      instance.diedAtWork = instance.isOver;
      if (instance.isOver) this.died++;
      else this.idle.get(name)?.push(used);
    }
  }

  /** Ends every instance, at work or not; gives what was under way. */
  endAll(): string[] {
    const all = [...this.busy, ...[...this.idle.values()].flat()];
    const underWay = all.flatMap(({ instance }) => instance.subjects);
    for (const { instance } of all) instance.end();
    this.idle.clear();
    return underWay;
  }

  private next(name: Name, subjects: readonly string[], deadlineMs: number): Running<Name, Code> {
    const { clock, conditions, load } = this.options;
    const idle = this.idle.get(name) ?? [];
    this.idle.set(name, idle);
    for (let used = idle.pop(); used; used = idle.pop()) {
      const thaw = conditions.thaw(used.instance, clock.nowMs - used.idleSinceMs);
      if (thaw === 'recycled') {
        used.instance.end();
        continue;
      }
      used.instance.begin(subjects, deadlineMs, thaw);
      return used;
    }
    const instance = new Instance(name);
    instance.begin(subjects, deadlineMs, 'answered');
    return { instance, code: load(instance), idleSinceMs: 0 };
  }
}
