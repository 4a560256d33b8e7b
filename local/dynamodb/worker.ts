// Runs inside the emulator's thread: see thread.ts.
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { deputyFor } from '../gate/deputy.ts';
import { serveLine } from '../gate/line.ts';
import { startDynamoDb } from './emulator.ts';
import type { DynamoDbThread, ThreadStart } from './thread.ts';

const { dataDir, host, metersCapacity, end } = workerData as ThreadStart; // of thread.ts
const { gatekeeper, deputy } = deputyFor(host);
const { url, openIterators, close } = await startDynamoDb(dataDir, gatekeeper, metersCapacity);
serveLine<DynamoDbThread>(end, { ...deputy, openIterators });
parentPort?.postMessage(url);

// The only message is to close.
if (parentPort) await once(parentPort, 'message');
await close();
process.exit();
