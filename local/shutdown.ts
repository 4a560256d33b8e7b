// Undoes what was started, the latest first. A step that hangs does not keep the others from running.
import { setTimeout as delay } from 'node:timers/promises';

const MAX_STEP_MS = 8_000;

export class Shutdown {
  readonly #steps: (() => unknown)[] = [];
  #running: Promise<void> | undefined;

  /** Registers how to undo what was started last. */
  last(undo: () => unknown): void {
    this.#steps.push(undo);
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  run(): Promise<void> {
    this.#running ??= this.#undoAll();
    return this.#running;
  }

  async #undoAll(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await Promise.race([step(), delay(MAX_STEP_MS, undefined, { ref: false })]);
      } catch (error) {
        console.error(error);
      }
    }
  }
}
