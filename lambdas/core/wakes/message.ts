// An endpoint that is to be woken, on the wakes queue.
import * as z from 'zod';
import { decode, scopeShape, VERSION, versionSchema } from '../message-format.ts';
import type { Scope } from '../scope.ts';

export interface DelayedWake {
  readonly wake: WakeMessage;
  /** 0 to 900. */
  readonly delaySeconds: number;
}

export interface WakeQueue {
  /** Resolves to the indexes of the entries that could not be sent, after trying again. */
  sendWakes(messages: readonly DelayedWake[]): Promise<ReadonlySet<number>>;
}

export const wakeMessageSchema = z.object({
  v: versionSchema,
  ep: z.string(),
  ...scopeShape,
  b: z.number(),
});

/** An endpoint that is to be woken for what is due in a bucket of time. */
export interface WakeMessage extends Scope {
  readonly endpointId: string;
  /** The bucket's beginning, Unix milliseconds. */
  readonly bucketMs: number;
}

export function encodeWakeMessage({
  endpointId,
  tenant,
  environment,
  bucketMs,
}: WakeMessage): string {
  return JSON.stringify({ v: VERSION, ep: endpointId, tn: tenant, env: environment, b: bucketMs });
}

/** @throws MalformedMessageError, NewerVersionError */
export function decodeWakeMessage(body: string): WakeMessage {
  const message = decode('the wakes queue', body, wakeMessageSchema);
  return {
    endpointId: message.ep,
    tenant: message.tn,
    environment: message.env,
    bucketMs: message.b,
  };
}
