// A replay on its way to its next page, on the wakes queue.
import * as z from 'zod';
import { scopeShape, VERSION, versionSchema } from '../message-format.ts';
import type { Scope } from '../scope.ts';

export interface ReplayQueue {
  /** Resolves to the indexes of the entries that could not be sent, after trying again. */
  sendReplays(messages: readonly DelayedReplay[]): Promise<ReadonlySet<number>>;
}

export interface DelayedReplay {
  readonly replay: ReplayMessage;
  /** 0 to 900. */
  readonly delaySeconds: number;
}

/** A replay that is to go on. */
export interface ReplayMessage extends Scope {
  readonly replayId: string;
  readonly endpointId: string;
  /** The replay's version when the message was sent: see wake/replay.ts. */
  readonly version: number;
}

export function encodeReplayMessage(message: ReplayMessage): string {
  const { replayId, endpointId, tenant, environment, version } = message;
  return JSON.stringify({
    v: VERSION,
    rpl: replayId,
    ep: endpointId,
    tn: tenant,
    env: environment,
    ver: version,
  });
}

/** As it travels on the wakes queue, and as it is read there. */
export const replayMessageSchema = z
  .object({ v: versionSchema, rpl: z.string(), ep: z.string(), ...scopeShape, ver: z.int().min(1) })
  .transform(({ rpl, ep, tn, env, ver }) => ({
    kind: 'replay' as const,
    replayId: rpl,
    endpointId: ep,
    tenant: tn,
    environment: env,
    version: ver,
  }));
