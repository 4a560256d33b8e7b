// Runs inside a worker thread, or a process: one Lambda function, loaded from its bundle. Unlike a
// Lambda sandbox it takes many invocations at once, which is allowed because the handlers here are re-entrant: they
// keep caches and clients at module level, and nothing of a single invocation.
import { parentPort, workerData } from 'node:worker_threads';

export interface WorkerStart {
  bundleUrl: string;
  functionName: string;
  memoryMb: number;
}

export type ToWorker = { id: string; event: string; deadlineMs: number };

export type FromWorker =
  | { kind: 'ready' }
  | { kind: 'result'; id: string; result: string }
  | { kind: 'error'; id: string; name: string; message: string; stack: string };

type Handler = (event: unknown, context: object) => Promise<unknown>;

// The host starts this, and says so in one of two ways.
const start = (parentPort ? workerData : JSON.parse(process.argv[2] ?? '')) as WorkerStart;
const { handler } = (await import(start.bundleUrl)) as { handler: Handler };

const take = async ({ id, event, deadlineMs }: ToWorker): Promise<void> => {
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
if (parentPort) parentPort.on('message', take);
else {
  process.on('message', take);
  // The host went, or wants this to end.
  process.on('disconnect', () => process.exit());
}

reply({ kind: 'ready' });

function reply(message: FromWorker): void {
  if (parentPort) parentPort.postMessage(message);
  else process.send?.(message);
}
