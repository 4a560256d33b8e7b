// One Lambda function of the template in a thread or process of its own: loads it, hands it
// invocations, holds it to its timeout, and loads it again when it crashes.
import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { type FunctionBody, type Isolation, startBody } from './body.ts';
import { faultOfResult } from './limits.ts';
import { splitLines } from './lines.ts';
import type { FromWorker, WorkerStart } from './worker.ts';

export interface FunctionDefinition {
  name: string;
  arn: string;
  roleName: string;
  bundleFile: string;
  timeoutMs: number;
  memoryMb: number;
  env: Record<string, string>;
}

/** The function threw, crashed or could not be loaded; `fault` is as in Lambda's error answer. */
export class FunctionFailed extends Error {
  readonly code = 'function_failed';
  readonly fault: { errorType: string; errorMessage: string; trace: string };

  constructor(functionName: string, errorType: string, errorMessage: string, trace = '') {
    super(`${functionName} failed: ${errorType}: ${errorMessage}`);
    this.fault = { errorType, errorMessage, trace };
  }

  /** For the terminal: the trace, which begins with the error itself, where there is one. */
  report(): string {
    const { trace } = this.fault;
    return trace === '' ? `✗ ${this.message}` : `✗ ${this.message}\n${trace}`;
  }
}

export class FunctionTimedOut extends FunctionFailed {}

interface Invocation {
  resolve(result: string): void;
  reject(failure: FunctionFailed): void;
  timer: NodeJS.Timeout;
}

interface HostOptions {
  onLine(line: string, stream: 'stdout' | 'stderr'): void;
  /** An invocation ended, however it did, after so many milliseconds. */
  onInvoked?(ms: number): void;
  /** @default thread */
  isolation?: Isolation;
}

const RESTART_AFTER_MS = 250;
/** Each that is loaded takes some 40 MB. */
const UNLOADED_AFTER_MS = 60_000;

export class FunctionHost {
  readonly definition: FunctionDefinition;
  readonly #onLine: HostOptions['onLine'];
  readonly #onInvoked: HostOptions['onInvoked'];
  readonly #invocations = new Map<string, Invocation>();
  readonly #isolation: Isolation;
  #worker: FunctionBody | undefined;
  #ready: Promise<void> | undefined;
  readonly #options: HostOptions;
  readonly #lanes = new Map<string, FunctionHost>();
  #stopped = false;
  #isKept = false;
  #unloading: NodeJS.Timeout | undefined;

  constructor(definition: FunctionDefinition, options: HostOptions) {
    const { onLine, onInvoked, isolation } = options;
    this.definition = definition;
    this.#options = options;
    this.#onLine = onLine;
    this.#onInvoked = onInvoked;
    this.#isolation = isolation ?? 'thread';
  }

  /** The ids of the processes that it runs in, where they are its own. */
  get pids(): number[] {
    const lanes = [...this.#lanes.values()].flatMap(({ pids }) => pids);
    return this.#worker?.pid === undefined ? lanes : [this.#worker.pid, ...lanes];
  }

  /**
   * Another instance of the function, loaded when it is needed. On Lambda concurrent invocations share no sandbox; here
   * each event source of a function has one, so that slow invocations do not delay those of other sources.
   */
  lane(name: string): FunctionHost {
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = new FunctionHost(this.definition, this.#options);
      this.#lanes.set(name, lane);
    }
    return lane;
  }

  /**
   * Loads it and keeps it loaded. What is not started is loaded when it is invoked, and unloaded when it has had
   * nothing to do for a while. Rejects when the bundle cannot be loaded.
   */
  start(): Promise<void> {
    this.#isKept = true;
    return this.#ready ?? this.#load();
  }

  #load(): Promise<void> {
    const { name, bundleFile, memoryMb, env } = this.definition;
    const bundleUrl = pathToFileURL(bundleFile).href;
    const workerData: WorkerStart = { bundleUrl, functionName: name, memoryMb };
    const worker = startBody(this.#isolation, workerData, env);
    this.#worker = worker;
    splitLines(worker.stdout, (line) => this.#onLine(line, 'stdout'));
    splitLines(worker.stderr, (line) => this.#onLine(line, 'stderr'));
    this.#ready = new Promise((resolve, reject) => {
      let failure = new FunctionFailed(name, 'Runtime.ExitError', 'the worker ended');
      worker.onMessage((message: FromWorker) => {
        if (message.kind === 'ready') resolve();
        else this.#settle(message);
      });
      worker.onError((error: Error) => {
        failure = new FunctionFailed(name, error.name, error.message, error.stack);
      });
      worker.onExit(() => {
        reject(failure);
        if (this.#worker === worker) this.#crashed(failure);
      });
    });
    this.#ready.catch(() => undefined);
    return this.#ready;
  }

  /** The function's result as JSON text. */
  async invoke(event: string): Promise<string> {
    clearTimeout(this.#unloading);
    if (!this.#stopped) await (this.#ready ?? this.#load());
    const worker = this.#worker;
    const { name, timeoutMs } = this.definition;
    if (worker === undefined || this.#stopped) {
      throw new FunctionFailed(name, 'Runtime.ExitError', 'the function is not running');
    }
    const id = randomUUID();
    const startedAt = performance.now();
    return new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#invocations.delete(id);
        const message = `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
        reject(new FunctionTimedOut(name, 'Sandbox.Timedout', message));
      }, timeoutMs);
      this.#invocations.set(id, { resolve, reject, timer });
      worker.post({ id, event, deadlineMs: Date.now() + timeoutMs });
    }).finally(() => {
      this.#onInvoked?.(performance.now() - startedAt);
      if (!this.#isKept && this.#invocations.size === 0) this.#unloadLater();
    });
  }

  #unloadLater(): void {
    clearTimeout(this.#unloading);
    this.#unloading = setTimeout(() => {
      const worker = this.#worker;
      this.#worker = undefined;
      this.#ready = undefined;
      void worker?.terminate();
    }, UNLOADED_AFTER_MS);
    this.#unloading.unref();
  }

  /** Begins anew, as if Lambda had replaced the sandbox: what was kept in memory is gone. */
  async replace(): Promise<void> {
    await this.crash();
    await Promise.all([this.#ready, ...this.#eachLane((lane) => lane.#ready ?? Promise.resolve())]);
  }

  /** Ends it as a crash does: what it was doing fails, and it starts again. */
  async crash(): Promise<void> {
    await Promise.all([this.#worker?.terminate(), ...this.#eachLane((lane) => lane.crash())]);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#unloading);
    await Promise.all([this.#worker?.terminate(), ...this.#eachLane((lane) => lane.stop())]);
  }

  #eachLane(act: (lane: FunctionHost) => Promise<void>): Promise<void>[] {
    return [...this.#lanes.values()].map(act);
  }

  #settle(message: Exclude<FromWorker, { kind: 'ready' }>): void {
    const invocation = this.#invocations.get(message.id);
    // An answer after the timeout counts for nothing, as on Lambda.
    if (invocation === undefined) return;
    this.#invocations.delete(message.id);
    clearTimeout(invocation.timer);
    if (message.kind === 'result') {
      const fault = faultOfResult(message.result);
      const { name } = this.definition;
      if (fault === undefined) invocation.resolve(message.result);
      else invocation.reject(new FunctionFailed(name, 'Function.ResponseSizeTooLarge', fault));
    } else {
      const { name, message: text, stack } = message;
      invocation.reject(new FunctionFailed(this.definition.name, name, text, stack));
    }
  }

  #crashed(failure: FunctionFailed): void {
    this.#worker = undefined;
    for (const { reject, timer } of this.#invocations.values()) {
      clearTimeout(timer);
      reject(failure);
    }
    this.#invocations.clear();
    this.#ready = undefined;
    if (this.#stopped) return;
    this.#onLine(`${failure.message}: restarting it`, 'stderr');
    this.#ready = new Promise((resolve, reject) => {
      setTimeout(() => this.#stopped || this.#load().then(resolve, reject), RESTART_AFTER_MS);
    });
    this.#ready.catch(() => undefined);
  }
}
