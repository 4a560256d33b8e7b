// The emulator of DynamoDB in a thread of its own: it takes as much time as everything else that serves a request.
import { once } from 'node:events';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { Credentials, Deputy, Gatekeeper } from '../gate/gatekeeper.ts';
import { type AnsweringEnd, openLine } from '../gate/line.ts';
import type { Json } from '../json.ts';
import { THREAD_LIMITS } from '../thread-limits.ts';
import type { DynamoDbEmulator } from './emulator.ts';
import { askedStream } from './stream/line.ts';

export interface ThreadStart {
  readonly dataDir: string;
  readonly host: Credentials;
  readonly metersCapacity: boolean;
  readonly end: AnsweringEnd;
}

/** What the thread is told: to open a stream and serve it at this port, or to close. */
export type ToThread =
  | {
      readonly table: string;
      readonly arn: string;
      readonly filter: readonly Json[];
      readonly port: MessagePort;
    }
  | 'close';

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
  const tell = (message: ToThread, handedOver: MessagePort[] = []) =>
    worker.postMessage(message, handedOver);
  return {
    url,
    openIterators: () => asked.openIterators(),
    openStream: (table, arn, filter = []) => {
      const { port1, port2 } = new MessageChannel();
      tell({ table, arn, filter, port: port2 }, [port2]);
      return askedStream(port1);
    },
    close: async () => {
      const gone = once(worker, 'exit');
      tell('close');
      await gone;
    },
  };
}
