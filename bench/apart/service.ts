// What both emulators have of the runtime that they serve: its stack, its functions' keys and what their roles grant.
import { once } from 'node:events';
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
  readonly callers: readonly AdmittedCaller[];
}

export const tell = (message: FromEmulator): void => {
  process.send?.(message);
};

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
  return { stack, permissions, callers: message.callers };
}

process.on('disconnect', () => process.exit());
