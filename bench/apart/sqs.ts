// SQS's emulator in a process of its own, with Lambda's pollers: the functions are invoked where the runtime has them.
import { type Invoked, startEventSources } from '../../local/functions/event-sources.ts';
import { startSqs } from '../../local/sqs/emulator.ts';
import { createQueues } from '../../local/sqs/queues.ts';
import type { ToEmulator } from './emulators.ts';
import { gatekeeper, meter, served, tell } from './service.ts';

const emulator = await startSqs(process.argv[2] ?? '', gatekeeper);
tell({ tell: 'ready', url: emulator.url });
const { stack, permissions, callers } = await served(emulator.queueUrl);
createQueues(stack, emulator);

interface Invocation {
  resolve(result: string): void;
  reject(error: Error): void;
}
const underWay = new Map<number, Invocation>();
let invocations = 0;

const invoke = (name: string, lane: string | undefined, event: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const number = ++invocations;
    underWay.set(number, { resolve, reject });
    tell({ tell: 'invoke', number, name, lane, event });
  });

process.on('message', (message: ToEmulator) => {
  if (message.ask === 'open') return;
  const invocation = underWay.get(message.number);
  underWay.delete(message.number);
  if (message.ask === 'settle') invocation?.resolve(message.result);
  else invocation?.reject(new Error(message.message));
});

const functions = new Map(
  callers.map(({ functionName: name, roleName }): [string, Invoked] => [
    name,
    {
      definition: { roleName },
      // The runtime has loaded what is always needed.
      start: async () => undefined,
      invoke: (event) => invoke(name, undefined, event),
      lane: (lane) => ({ invoke: (event) => invoke(name, lane, event) }),
    },
  ]),
);
const onFailure = (error: unknown): void => console.error(String(error));
startEventSources(stack, { emulator, functions, permissions, meter, onFailure });
tell({ tell: 'open' });
