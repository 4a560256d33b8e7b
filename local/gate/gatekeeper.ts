// Stands in front of every emulator: knows the calling function by its access key, counts the call
// and refuses what the function's role in the template does not grant.
import { randomBytes } from 'node:crypto';
import { ACCOUNT_ID } from '../aws-names.ts';
import { type AwsCall, accessKeyOf } from './aws-calls.ts';
import type { Meter } from './meter.ts';
import type { Permissions } from './permissions.ts';

interface Caller {
  functionName: string;
  roleName: string;
}

interface Refusal {
  code: 'AccessDeniedException' | 'UnrecognizedClientException';
  message: string;
}

/** The host's own calls, and those of tests and tools that were given the runtime's key. */
export const HOST = 'host';

export class Gatekeeper {
  /** Changes at every start, so that no function can borrow it. */
  readonly hostAccessKey = `AKIALOCALHOST${randomBytes(6).toString('hex').toUpperCase()}`;
  readonly #meter: Meter;
  readonly #callers = new Map<string, Caller>();
  #permissions: Permissions | undefined;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  /** The permissions come from the template, which needs the emulators' addresses first. */
  enforce(permissions: Permissions): void {
    this.#permissions = permissions;
  }

  admit(caller: Caller): string {
    const accessKey = `AKIALOCAL${caller.functionName.replaceAll(/[^A-Za-z0-9]/g, '').toUpperCase()}`;
    this.#callers.set(accessKey, caller);
    return accessKey;
  }

  /** The calling function's name, for what is billed to it. */
  callerOf(authorization: string | undefined): string {
    return this.#callers.get(accessKeyOf(authorization) ?? '')?.functionName ?? HOST;
  }

  get meter(): Meter {
    return this.#meter;
  }

  check(authorization: string | undefined, call: AwsCall): Refusal | undefined {
    const accessKey = accessKeyOf(authorization);
    if (accessKey === this.hostAccessKey) {
      this.#meter.count(HOST, call.service, call.operation);
      return undefined;
    }
    const caller = this.#callers.get(accessKey ?? '');
    if (caller === undefined) {
      const message = 'The security token included in the request is invalid.';
      return { code: 'UnrecognizedClientException', message };
    }
    return this.checkFor(caller, call);
  }

  checkFor(caller: Caller, call: AwsCall): Refusal | undefined {
    this.#meter.count(caller.functionName, call.service, call.operation);
    if (call.service === 'secretsmanager') this.#meter.add(caller.functionName, 'secrets.calls', 1);
    const missing = call.needs.find((need) => !this.#permissions?.allows(caller.roleName, need));
    if (missing === undefined) return undefined;
    const user = `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${caller.roleName}/${caller.functionName}`;
    const message = `User: ${user} is not authorized to perform: ${missing.action} on resource: ${missing.resource} because no identity-based policy allows the ${missing.action} action`;
    return { code: 'AccessDeniedException', message };
  }
}
