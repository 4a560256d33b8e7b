// What travels on the wakes queue: endpoints that are to be woken, and background work.
import * as z from 'zod';
import { defined } from '../defined.ts';
import { cleanupMessageSchema } from '../erasure/message.ts';
import { decode, scopeShape, VERSION, versionSchema } from '../message-format.ts';
import { replayMessageSchema } from '../replays/message.ts';
import type { Scope } from '../scope.ts';

interface DelayedWake {
  readonly wake: WakeMessage;
  /** 0 to 900. */
  readonly delaySeconds: number;
}

export interface WakeQueue {
  /** Resolves to the indexes of the entries that could not be sent, after trying again. */
  sendWakes(messages: readonly DelayedWake[]): Promise<ReadonlySet<number>>;
}

/** An endpoint that is to be woken for the deliveries that are due in a bucket of time. */
export interface WakeMessage extends Scope {
  readonly endpointId: string;
  /** The bucket's beginning, Unix milliseconds. */
  readonly bucketMs: number;
  /** Where a look goes on that ran out of time: a time in the index `work`, Unix milliseconds. */
  readonly lookFromMs?: number;
}

export function encodeWakeMessage({
  endpointId,
  tenant,
  environment,
  bucketMs,
  lookFromMs,
}: WakeMessage): string {
  const where = { ep: endpointId, tn: tenant, env: environment, b: bucketMs, l: lookFromMs };
  return JSON.stringify({ v: VERSION, ...where });
}

const wakeMessageSchema = z
  .object({
    v: versionSchema,
    ep: z.string(),
    ...scopeShape,
    b: z.number(),
    l: z.number().optional(),
  })
  .transform(({ ep, tn, env, b, l }) => ({
    kind: 'wake' as const,
    endpointId: ep,
    tenant: tn,
    environment: env,
    bucketMs: b,
    ...defined({ lookFromMs: l }),
  }));

/** The most frequent first. */
const wakesMessageSchema = z.union([wakeMessageSchema, replayMessageSchema, cleanupMessageSchema]);
export type WakesMessage = z.infer<typeof wakesMessageSchema>;

/** @throws MalformedMessageError, NewerVersionError */
export function decodeWakesMessage(body: string): WakesMessage {
  return decode('the wakes queue', body, wakesMessageSchema);
}
