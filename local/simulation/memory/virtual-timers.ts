// The process's timers in virtual time, while a clock runs: code that waits by setTimeout waits in it, too.

import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';

type At = (atMs: number, run: () => void) => void;

interface VirtualTimer {
  isCleared: boolean;
}

/** @returns what gives the real timers back */
export function installVirtualTimers(nowMs: () => number, at: At): () => void {
  const real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    delay: timersPromises.setTimeout,
    timeoutOf: AbortSignal.timeout,
  };

  function start(run: (...given: unknown[]) => void, ms = 0, ...given: unknown[]): VirtualTimer {
    const timer = { isCleared: false, unref: () => timer, ref: () => timer };
    at(nowMs() + Math.max(0, ms), () => {
      if (!timer.isCleared) run(...given);
    });
    return timer;
  }

  Object.assign(globalThis, {
    setTimeout: start,
    clearTimeout(timer: VirtualTimer | NodeJS.Timeout | undefined) {
      if (timer && 'isCleared' in timer) timer.isCleared = true;
      else real.clearTimeout(timer);
    },
  });
  Object.assign(timersPromises, {
    setTimeout: <T>(ms?: number, value?: T) =>
      new Promise<T | undefined>((resolve) => start(() => resolve(value), ms)),
  });
  syncBuiltinESMExports();
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    start(() => controller.abort(new DOMException('timed out', 'TimeoutError')), ms);
    return controller.signal;
  };

  return () => {
    Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout });
    Object.assign(timersPromises, { setTimeout: real.delay });
    syncBuiltinESMExports();
    AbortSignal.timeout = real.timeoutOf;
  };
}
