// One Lambda function of the template in a worker thread of its own: starts it, hands it
// invocations, holds it to its timeout, and starts it again when it crashes.
import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { FromWorker, ToWorker, WorkerStart } from './function-worker.ts';
import { splitLines } from './lines.ts';

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

const RESTART_AFTER_MS = 250;

export class FunctionHost {
  readonly definition: FunctionDefinition;
  readonly #onLine: (line: string, stream: 'stdout' | 'stderr') => void;
  readonly #invocations = new Map<string, Invocation>();
  #worker: Worker | undefined;
  #ready: Promise<void> | undefined;
  #stopped = false;

  constructor(
    definition: FunctionDefinition,
    onLine: (line: string, stream: 'stdout' | 'stderr') => void,
  ) {
    this.definition = definition;
    this.#onLine = onLine;
  }

  /** Resolves when the bundle is loaded; rejects when it cannot be. */
  start(): Promise<void> {
    const { name, bundleFile, memoryMb, env } = this.definition;
    const bundleUrl = pathToFileURL(bundleFile).href;
    const workerData: WorkerStart = { bundleUrl, functionName: name, memoryMb };
    const worker = new Worker(new URL('./function-worker.ts', import.meta.url), {
      workerData,
      env,
      stdout: true,
      stderr: true,
    });
    this.#worker = worker;
    splitLines(worker.stdout, (line) => this.#onLine(line, 'stdout'));
    splitLines(worker.stderr, (line) => this.#onLine(line, 'stderr'));
    this.#ready = new Promise((resolve, reject) => {
      let failure = new FunctionFailed(name, 'Runtime.ExitError', 'the worker ended');
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'ready') resolve();
        else this.#settle(message);
      });
      worker.on('error', (error: Error) => {
        failure = new FunctionFailed(name, error.name, error.message, error.stack);
      });
      worker.on('exit', () => {
        reject(failure);
        this.#crashed(failure);
      });
    });
    this.#ready.catch(() => undefined);
    return this.#ready;
  }

  /** The function's result as JSON text. */
  async invoke(event: string): Promise<string> {
    await this.#ready;
    const worker = this.#worker;
    const { name, timeoutMs } = this.definition;
    if (worker === undefined || this.#stopped) {
      throw new FunctionFailed(name, 'Runtime.ExitError', 'the function is not running');
    }
    const id = randomUUID();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#invocations.delete(id);
        const message = `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
        reject(new FunctionTimedOut(name, 'Sandbox.Timedout', message));
      }, timeoutMs);
      this.#invocations.set(id, { resolve, reject, timer });
      const message: ToWorker = { id, event, deadlineMs: Date.now() + timeoutMs };
      worker.postMessage(message);
    });
  }

  /** Ends it as a crash does: what it was doing fails, and it starts again. */
  async crash(): Promise<void> {
    await this.#worker?.terminate();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#worker?.terminate();
  }

  #settle(message: Exclude<FromWorker, { kind: 'ready' }>): void {
    const invocation = this.#invocations.get(message.id);
    // An answer after the timeout counts for nothing, as on Lambda.
    if (invocation === undefined) return;
    this.#invocations.delete(message.id);
    clearTimeout(invocation.timer);
    if (message.kind === 'result') invocation.resolve(message.result);
    else {
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
    if (this.#stopped) return;
    this.#onLine(`${failure.message}: starting it again`, 'stderr');
    this.#ready = new Promise((resolve, reject) => {
      setTimeout(() => this.#stopped || this.start().then(resolve, reject), RESTART_AFTER_MS);
    });
    this.#ready.catch(() => undefined);
  }
}
