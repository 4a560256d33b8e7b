// Function instances that may die, as in Lambda: an invocation has one to itself, and its memory goes
// on to the next one. A dead instance calls nobody any more, and its messages come back in time.

interface Crashes {
  /** The chance that an instance dies at a call to the outside: half of the time after the call. */
  readonly share: number;
  readonly random: () => number;
}

class CrashedError extends Error {}

/** One instance's life: the ports that it was given work as long as it lasts. */
export class Life {
  private readonly crashes: Crashes;
  private end: (error: Error) => void = () => undefined;
  private isOver = false;
  readonly ended: Promise<never>;

  constructor(crashes: Crashes) {
    this.crashes = crashes;
    this.ended = new Promise((_, reject) => {
      this.end = reject;
    });
    this.ended.catch(() => undefined);
  }

  guard<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...parameters: unknown[]) => this.pass(() => value.apply(target, parameters));
      },
    });
  }

  private async pass(call: () => unknown): Promise<unknown> {
    this.strike();
    if (this.isOver) return this.never();
    const answer = await call();
    this.strike();
    return this.isOver ? this.never() : answer;
  }

  private strike(): void {
    if (this.isOver || this.crashes.random() >= this.crashes.share / 2) return;
    this.isOver = true;
    this.end(new CrashedError('the instance died'));
  }

  private never(): Promise<never> {
    return new Promise(() => undefined);
  }
}

/** Instances of one function: idle ones are used again, and there are as many as work at once. */
export class InstancePool<T> {
  private readonly create: (life: Life) => T;
  private readonly crashes: Crashes;
  private readonly idle: { readonly instance: T; readonly life: Life }[] = [];
  /** How many died. */
  crashed = 0;

  constructor(crashes: Crashes, create: (life: Life) => T) {
    this.crashes = crashes;
    this.create = create;
  }

  async run<R>(work: (instance: T) => Promise<R>): Promise<R> {
    const used = this.idle.pop() ?? this.start();
    try {
      const result = await Promise.race([work(used.instance), used.life.ended]);
      this.idle.push(used);
      return result;
    } catch (error) {
      if (error instanceof CrashedError) this.crashed++;
      else this.idle.push(used);
      throw error;
    }
  }

  private start(): { readonly instance: T; readonly life: Life } {
    const life = new Life(this.crashes);
    return { instance: this.create(life), life };
  }
}
