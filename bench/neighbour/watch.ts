// Imported before anything else into each thread and process of a bench: notes when its event loop stood still, and what
// for. `--import .../watch.ts?to=<file>`
import { appendFileSync, readFileSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import { isMainThread, workerData } from 'node:worker_threads';

/** One line of the file. Times are in ms. */
export interface Pause {
  readonly where: string;
  /** Unix time. */
  readonly endedAtMs: number;
  readonly ms: number;
  /** Of it: on a core; ready to run, but without a core; collecting garbage. */
  readonly cpuMs: number;
  readonly coreWaitMs: number;
  readonly gcMs: number;
}

const LOOK_MS = 10;
const PAUSE_MS = 15;

const to = new URL(import.meta.url).searchParams.get('to');
if (to !== null) watch(to);

function watch(file: string): void {
  let gcMs = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) gcMs += duration;
  }).observe({ entryTypes: ['gc'] });
  const where = nameOfThread();
  let last = { atMs: performance.now(), gcMs, ...scheduled() };
  setInterval(() => {
    const now = { atMs: performance.now(), gcMs, ...scheduled() };
    const ms = now.atMs - last.atMs - LOOK_MS;
    const before = last;
    last = now;
    if (ms < PAUSE_MS) return;
    // The observer is told of collections after this.
    setImmediate(() => {
      const pause: Pause = {
        where,
        endedAtMs: performance.timeOrigin + now.atMs,
        ms,
        cpuMs: now.cpuMs - before.cpuMs,
        coreWaitMs: now.coreWaitMs - before.coreWaitMs,
        gcMs: gcMs - before.gcMs,
      };
      appendFileSync(file, `${JSON.stringify(pause)}\n`);
    });
  }, LOOK_MS).unref();
}

/** Time on a core and time waited for one, of this thread alone: https://docs.kernel.org/scheduler/sched-stats.html */
function scheduled(): Pick<Pause, 'cpuMs' | 'coreWaitMs'> {
  const [cpu, wait] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ');
  return { cpuMs: Number(cpu) / 1e6, coreWaitMs: Number(wait) / 1e6 };
}

function nameOfThread(): string {
  if (!isMainThread) return workerData?.functionName ?? 'dynamodb thread';
  const file = /([\w-]+)\.ts$/.exec(process.argv[1] ?? '')?.[1] ?? 'process';
  const given = /"functionName":"([^"]+)"/.exec(process.argv[2] ?? '')?.[1];
  return given ?? file;
}
