// What a function runs in: a worker thread, which is light; or a process of its own, whose CPU time and
// memory can be told from everything else's (bench/).
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { THREAD_LIMITS } from '../thread-limits.ts';
import type { FromWorker, Invocation, ToWorker, WorkerStart } from './worker.ts';

export type Isolation = 'thread' | 'process';

export interface FunctionBody {
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** The process's id, where it has one of its own. */
  readonly pid: number | undefined;
  post(invocation: Invocation): void;
  onMessage(listener: (message: FromWorker) => void): void;
  onError(listener: (error: Error) => void): void;
  onExit(listener: () => void): void;
  terminate(): Promise<void>;
}

/** How long a process may take to end by itself. */
const GRACE_MS = 2_000;

const BODY = new URL('./worker.ts', import.meta.url);

let stripped: URL | undefined;

/** Without its types, and in memory: each thread that strips them itself takes 12 MB for the compiler that does. */
function strippedBody(): URL {
  const text = stripTypeScriptTypes(readFileSync(BODY, 'utf8'));
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`);
}

export function startBody(
  isolation: Isolation,
  start: WorkerStart,
  env: Record<string, string>,
): FunctionBody {
  return isolation === 'thread' ? inThread(start, env) : inProcess(start, env);
}

function inThread(start: WorkerStart, env: Record<string, string>): FunctionBody {
  stripped ??= strippedBody();
  const worker = new Worker(stripped, {
    workerData: start,
    env,
    stdout: true,
    stderr: true,
    resourceLimits: THREAD_LIMITS,
  });
  return {
    stdout: worker.stdout,
    stderr: worker.stderr,
    pid: undefined,
    post: gathering((invocations) => worker.postMessage(invocations)),
    onMessage: (listener) => worker.on('message', listener),
    onError: (listener) => worker.on('error', listener),
    onExit: (listener) => worker.on('exit', () => listener()),
    terminate: async () => {
      await worker.terminate();
    },
  };
}

function inProcess(start: WorkerStart, env: Record<string, string>): FunctionBody {
  const child = fork(BODY, [JSON.stringify(start)], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // An event is JSON text in the message: as it is, and not as JSON once more.
    serialization: 'advanced',
  });
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('the process has no output');
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    stdout,
    stderr,
    pid: child.pid,
    post: gathering((invocations) => child.send(invocations)),
    // Only worker.ts writes to this channel.
    onMessage: (listener) => child.on('message', (message) => listener(message as FromWorker)),
    onError: (listener) => child.on('error', listener),
    onExit: (listener) => child.on('exit', () => listener()),
    terminate: async () => {
      if (child.connected) child.disconnect();
      const force = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
      await gone;
      clearTimeout(force);
    },
  };
}

/** A message wakes the one that it is for, which costs more than what it says: those of one turn of the event loop go together. */
function gathering(send: (invocations: ToWorker) => void): FunctionBody['post'] {
  let waiting: Invocation[] = [];
  return (invocation) => {
    if (waiting.length === 0) {
      setImmediate(() => {
        const invocations = waiting;
        waiting = [];
        send(invocations);
      });
    }
    waiting.push(invocation);
  };
}
