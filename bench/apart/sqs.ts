// SQS's emulator in a process of its own, with Lambda's pollers.
import { startEventSources } from '../../local/functions/event-sources.ts';
import { startSqs } from '../../local/sqs/emulator.ts';
import { createQueues } from '../../local/sqs/queues.ts';
import { gatekeeper, meter, onFailure, served, tell } from './service.ts';

const emulator = await startSqs(process.argv[2] ?? '', gatekeeper);
tell({ tell: 'ready', url: emulator.url });
const { stack, permissions, functions } = await served(emulator.queueUrl);
createQueues(stack, emulator);
startEventSources(stack, { emulator, functions, permissions, meter, onFailure });
tell({ tell: 'open' });
