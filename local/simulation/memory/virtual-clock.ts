// Virtual time: a clock that jumps from one due moment to the next and never sleeps.
import { setImmediate as turn } from 'node:timers/promises';
import { installVirtualTimers } from './virtual-timers.ts';

/** Turns of the process that an HTTP request within it takes, at most. */
const PATIENCE = 4;

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

export class VirtualClock {
  nowMs: number;
  /** Work outside virtual time (signing in the thread pool) that a jump must wait for. */
  private busy = 0;
  /** Work that comes and goes between virtual and real time, such as HTTP requests. */
  private mixed = 0;
  private order = 0;
  private readonly heap: Timer[] = [];

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  at(atMs: number, run: () => void): void {
    this.push({ atMs: Math.max(atMs, this.nowMs), order: this.order++, run });
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.at(this.nowMs + Math.max(0, ms), resolve));
  }

  /** Holds the clock while real work is done. */
  async outside<T>(work: Promise<T> | T): Promise<T> {
    this.busy++;
    try {
      return await work;
    } finally {
      this.busy--;
    }
  }

  /** Before each jump, work in real time gets a few turns of the process to go on. */
  async patiently<T>(work: () => Promise<T>): Promise<T> {
    this.mixed++;
    try {
      return await work();
    } finally {
      this.mixed--;
    }
  }

  /** Runs until nothing is due any more, or until a moment; timers of the process are virtual meanwhile. */
  async run(untilMs = Number.POSITIVE_INFINITY): Promise<void> {
    const restore = installVirtualTimers(
      () => this.nowMs,
      (atMs, run) => this.at(atMs, run),
    );
    try {
      await this.runOn(untilMs);
    } finally {
      restore();
    }
  }

  private async runOn(untilMs: number): Promise<void> {
    for (;;) {
      do await turn();
      while (this.busy > 0);
      for (let turns = 0; this.mixed > 0 && turns < PATIENCE; turns++) await turn();
      const next = this.heap[0];
      if (!next || next.atMs > untilMs) return;
      this.nowMs = next.atMs;
      // Everything that is due at this moment, in the order in which it was asked for.
      while (this.heap[0]?.atMs === this.nowMs) this.pop()?.run();
    }
  }

  private push(timer: Timer): void {
    const { heap } = this;
    heap.push(timer);
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.isBefore(child, parent)) break;
      this.swap(child, parent);
      child = parent;
    }
  }

  private pop(): Timer | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || !last) return first;
    heap[0] = last;
    for (let parent = 0; ; ) {
      const left = 2 * parent + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const child = right < heap.length && this.isBefore(right, left) ? right : left;
      if (!this.isBefore(child, parent)) break;
      this.swap(child, parent);
      parent = child;
    }
    return first;
  }

  private isBefore(a: number, b: number): boolean {
    const first = this.heap[a];
    const second = this.heap[b];
    if (!first || !second) return false;
    return first.atMs === second.atMs ? first.order < second.order : first.atMs < second.atMs;
  }

  private swap(a: number, b: number): void {
    const first = this.heap[a];
    const second = this.heap[b];
    if (!first || !second) return;
    this.heap[a] = second;
    this.heap[b] = first;
  }
}
