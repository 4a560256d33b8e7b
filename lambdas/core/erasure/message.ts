// Background work that removes data permanently: it travels on the wakes queue.
import * as z from 'zod';
import type { EventRef } from '../scope.ts';
import { ENVIRONMENTS } from '../scope.ts';

const redactionSchema = z.strictObject({
  v: z.literal(1),
  do: z.literal('redact'),
  tn: z.string(),
  env: z.enum(ENVIRONMENTS),
  ev: z.string(),
});
const erasureSchema = z.strictObject({ v: z.literal(1), do: z.literal('erase'), tn: z.string() });

/** As it travels on the wakes queue, and as it is read there. */
export const cleanupMessageSchema = z
  .discriminatedUnion('do', [redactionSchema, erasureSchema])
  .transform(
    (message): CleanupMessage =>
      message.do === 'erase'
        ? { kind: 'erasure', tenant: message.tn }
        : { kind: 'redaction', tenant: message.tn, environment: message.env, eventId: message.ev },
  );

export type CleanupMessage =
  /** An event is redacted once more: what was under way at the first time has ended. */
  | ({ readonly kind: 'redaction' } & EventRef)
  /** A deleted tenant's data is to be removed further. */
  | { readonly kind: 'erasure'; readonly tenant: string };

export function encodeCleanupMessage(message: CleanupMessage): string {
  if (message.kind === 'erasure') return JSON.stringify({ v: 1, do: 'erase', tn: message.tenant });
  const { tenant, environment, eventId } = message;
  return JSON.stringify({ v: 1, do: 'redact', tn: tenant, env: environment, ev: eventId });
}

export interface CleanupQueue {
  /** Resolves to the indexes of the entries that could not be sent, after trying again. */
  sendCleanups(messages: readonly DelayedCleanup[]): Promise<ReadonlySet<number>>;
}

export interface DelayedCleanup {
  readonly cleanup: CleanupMessage;
  /** 0 to 900. */
  readonly delaySeconds: number;
}
