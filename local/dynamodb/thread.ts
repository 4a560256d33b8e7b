// The emulator of DynamoDB in a thread of its own: it takes as much time as everything else that serves a request.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Credentials, Deputy, Gatekeeper } from '../gate/gatekeeper.ts';
import { type AnsweringEnd, openLine } from '../gate/line.ts';
import { THREAD_LIMITS } from '../thread-limits.ts';
import type { DynamoDbEmulator } from './emulator.ts';

export interface ThreadStart {
  readonly dataDir: string;
  readonly host: Credentials;
  readonly metersCapacity: boolean;
  readonly end: AnsweringEnd;
}

/** What the thread answers. */
export interface DynamoDbThread extends Deputy {
  openIterators(): number;
}

/** As `startDynamoDb`; if the thread dies of a fault, so does this process. */
export async function startDynamoDbThread(
  dataDir: string,
  gatekeeper: Gatekeeper,
  metersCapacity: boolean,
): Promise<DynamoDbEmulator> {
  const { end, asked } = openLine<DynamoDbThread>();
  const start: ThreadStart = { dataDir, host: gatekeeper.host, metersCapacity, end };
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: start,
    transferList: [end.port],
    resourceLimits: THREAD_LIMITS,
  });
  const [url] = await once(worker, 'message');
  gatekeeper.appoint(asked);
  return {
    url,
    openIterators: () => asked.openIterators(),
    close: async () => {
      const gone = once(worker, 'exit');
      worker.postMessage('close');
      await gone;
    },
  };
}
