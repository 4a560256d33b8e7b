// Stands in front of every emulator: knows the calling function by its access key, counts the call
// and refuses what the function's role in the template does not grant.
import { randomBytes } from 'node:crypto';
import { ACCOUNT_ID } from '../aws-names.ts';
import { type AwsCall, accessKeyOf } from './aws-calls.ts';
import { isOwnHost } from './hosts.ts';
import type { Amounts, Meter } from './meter.ts';
import type { Permissions, RulesByRole, Uses } from './permissions.ts';
import { isSignedWith, type SignedRequest } from './signature.ts';

export interface Caller {
  functionName: string;
  roleName: string;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

interface Refusal {
  code: 'AccessDeniedException' | 'UnrecognizedClientException' | 'InvalidSignatureException';
  message: string;
}

/** The gatekeeper of an emulator in a thread of its own, told and asked from here. */
export interface Deputy {
  admit(caller: Caller, credentials: Credentials): void;
  enforce(rules: RulesByRole): void;
  /** @param grant its place among all of the template */
  withhold(grant: number | undefined): void;
  /** @param andForget whether the next record begins anew */
  record(andForget: boolean): Uses;
  amounts(): Amounts;
  resetMeter(): void;
}

/** The host's own calls, and those of tests and tools that were given the runtime's key. */
export const HOST = 'host';

export class Gatekeeper {
  /** Changes at every start, as those of functions do: nobody can know or borrow it. */
  readonly host: Credentials;
  readonly #meter: Meter;
  readonly #callers = new Map<string, Caller & Credentials>();
  #permissions: Permissions | undefined;
  #deputy: Deputy | undefined;

  constructor(meter: Meter, host = newCredentials()) {
    this.#meter = meter;
    this.host = host;
  }

  /** Before there are callers and permissions: whoever stands in another thread and decides as this one does. */
  appoint(deputy: Deputy): void {
    this.#deputy = deputy;
    this.#meter.alsoIn(deputy);
  }

  /** The permissions come from the template, which needs the emulators' addresses first. */
  enforce(permissions: Permissions): void {
    this.#permissions = permissions;
    if (this.#deputy === undefined) return;
    this.#deputy.enforce(permissions.rules);
    permissions.alsoIn(this.#deputy);
  }

  admit(caller: Caller, credentials = newCredentials()): Credentials {
    this.#callers.set(credentials.accessKeyId, { ...caller, ...credentials });
    this.#deputy?.admit(caller, credentials);
    return credentials;
  }

  /** The calling function's name, for what is billed to it. */
  callerOf(authorization: string | undefined): string {
    return this.#callers.get(accessKeyOf(authorization) ?? '')?.functionName ?? HOST;
  }

  get meter(): Meter {
    return this.#meter;
  }

  check(request: SignedRequest, call: AwsCall): Refusal | undefined {
    if (!isOwnHost(request.headers.host)) {
      return { code: 'AccessDeniedException', message: 'The emulators serve this machine only.' };
    }
    const accessKey = accessKeyOf(request.headers.authorization) ?? '';
    const isHost = accessKey === this.host.accessKeyId;
    const caller = this.#callers.get(accessKey);
    const secret = isHost ? this.host.secretAccessKey : caller?.secretAccessKey;
    if (secret === undefined) {
      const message = 'The security token included in the request is invalid.';
      return { code: 'UnrecognizedClientException', message };
    }
    if (!isSignedWith(secret, request)) {
      const message = 'The signature of the request does not match the one that was calculated.';
      return { code: 'InvalidSignatureException', message };
    }
    if (caller) return this.checkFor(caller, call);
    this.#meter.count(HOST, call.service, call.operation);
    return undefined;
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

function newCredentials(): Credentials {
  return {
    accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
  };
}
