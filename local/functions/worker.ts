// Runs inside a worker thread, or a process: one Lambda function, loaded from its bundle. Unlike a
// Lambda sandbox it takes many invocations at once, which is allowed because the handlers here are re-entrant: they
// keep caches and clients at module level, and nothing of a single invocation.
import { readdir } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';

const LOAD_AFTER_MS = 1_000;

export interface WorkerStart {
  bundleUrl: string;
  functionName: string;
  memoryMb: number;
}

export type Invocation = { id: string; event: string; deadlineMs: number };

/** Those of one turn of the host's event loop. */
export type ToWorker = readonly Invocation[];

export type FromWorker =
  | { kind: 'ready' }
  | { kind: 'result'; id: string; result: string }
  | { kind: 'error'; id: string; name: string; message: string; stack: string };

type Handler = (event: unknown, context: object) => Promise<unknown>;

// The host starts this, and says so in one of two ways.
const start = (parentPort ? workerData : JSON.parse(process.argv[2] ?? '')) as WorkerStart;
const { handler } = (await import(start.bundleUrl)) as { handler: Handler };

let isLoading = false;

const take = async ({ id, event, deadlineMs }: Invocation): Promise<void> => {
  if (!isLoading) setTimeout(loadOnDemand, LOAD_AFTER_MS).unref();
  isLoading = true;
  const context = {
    awsRequestId: id,
    functionName: start.functionName,
    functionVersion: '$LATEST',
    memoryLimitInMB: String(start.memoryMb),
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
  try {
    // As on Lambda the event and the result are JSON on their way, not shared objects.
    const result = await handler(JSON.parse(event), context);
    reply({ kind: 'result', id, result: JSON.stringify(result) ?? 'null' });
  } catch (error) {
    const fault = error instanceof Error ? error : new Error(String(error));
    const { name, message, stack = '' } = fault;
    reply({ kind: 'error', id, name, message, stack });
  }
};
const takeAll = (invocations: ToWorker): void => {
  for (const invocation of invocations) void take(invocation);
};
if (parentPort) parentPort.on('message', takeAll);
else {
  process.on('message', takeAll);
  // The host went, or wants this to end.
  process.on('disconnect', () => process.exit());
}

reply({ kind: 'ready' });

/**
 * What a bundle loads on demand, loaded soon after the first invocation: on Lambda that takes the time of one invocation,
 * and here of all that are under way.
 */
async function loadOnDemand(): Promise<void> {
  const folder = new URL('on-demand/', start.bundleUrl);
  const files = await readdir(folder).catch(() => []);
  // The folder also contains the chunks that they share, which they load themselves.
  const wanted = files.filter((file) => /^[a-z]+\.mjs$/.test(file));
  for (const file of wanted) await import(new URL(file, folder).href);
}

function reply(message: FromWorker): void {
  if (parentPort) parentPort.postMessage(message);
  else process.send?.(message);
}
