// Runs inside the emulator's thread: see thread.ts.
import { parentPort, workerData } from 'node:worker_threads';
import { deputyFor } from '../gate/deputy.ts';
import { serveLine } from '../gate/line.ts';
import { startDynamoDb } from './emulator.ts';
import { serveStream } from './stream/line.ts';
import type { DynamoDbThread, ThreadStart, ToThread } from './thread.ts';

const { dataDir, host, metersCapacity, end } = workerData as ThreadStart; // of thread.ts
const { gatekeeper, deputy } = deputyFor(host);
const emulator = await startDynamoDb(dataDir, gatekeeper, metersCapacity);
const { url, openIterators } = emulator;
serveLine<DynamoDbThread>(end, { ...deputy, openIterators });
parentPort?.on('message', async (message: ToThread) => {
  if (message === 'close') {
    await emulator.close();
    process.exit();
  }
  const { table, arn, filter, port } = message;
  serveStream(port, await emulator.openStream(table, arn, filter));
});
parentPort?.postMessage(url);
