// What both emulators have of the runtime that they serve: its stack, what its roles grant, and its functions.
import { once } from 'node:events';
import type { Invoked } from '../../local/functions/event-sources.ts';
import { Gatekeeper } from '../../local/gate/gatekeeper.ts';
import { Meter } from '../../local/gate/meter.ts';
import { Permissions, rulesOf } from '../../local/gate/permissions.ts';
import { Assembly } from '../../local/stack/assembly.ts';
import { Stack } from '../../local/stack/stack.ts';
import type { AdmittedCaller, FromEmulator, ToEmulator } from './emulators.ts';

export const meter = new Meter();
export const gatekeeper = new Gatekeeper(meter);

export interface Served {
  readonly stack: Stack;
  readonly permissions: Permissions;
  /** By their names; they run where the runtime has them. */
  readonly functions: ReadonlyMap<string, Invoked>;
}

export const tell = (message: FromEmulator): void => {
  process.send?.(message);
};
export const onFailure = (error: unknown): void => console.error(String(error));

/** Waits for the runtime, and lets its functions in. */
export async function served(queueUrl: (name: string) => string): Promise<Served> {
  // The first message: see emulators.ts.
  const [message] = (await once(process, 'message')) as [Extract<ToEmulator, { ask: 'open' }>];
  const { stackName, template } = new Assembly(message.assemblyDir);
  const stack = new Stack(stackName, template, { queueUrl, apiUrl: () => '' });
  const permissions = new Permissions(rulesOf(stack));
  gatekeeper.enforce(permissions);
  for (const { functionName, roleName, ...credentials } of message.callers) {
    gatekeeper.admit({ functionName, roleName }, credentials);
  }
  return { stack, permissions, functions: functionsOf(message.callers) };
}

function functionsOf(callers: readonly AdmittedCaller[]): Served['functions'] {
  const underWay = new Map<number, PromiseWithResolvers<string>>();
  let invocations = 0;
  process.on('message', (message: ToEmulator) => {
    if (message.ask === 'open') return;
    const invocation = underWay.get(message.number);
    underWay.delete(message.number);
    if (message.ask === 'settle') invocation?.resolve(message.result);
    else invocation?.reject(new Error(message.message));
  });
  const invoke = (name: string, lane: string | undefined, event: string): Promise<string> => {
    const number = ++invocations;
    const invocation = Promise.withResolvers<string>();
    underWay.set(number, invocation);
    tell({ tell: 'invoke', number, name, lane, event });
    return invocation.promise;
  };
  return new Map(
    callers.map(({ functionName: name, roleName }) => [
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
}

process.on('disconnect', () => process.exit());
