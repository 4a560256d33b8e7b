// One message of the wakes queue, by its kind.
import type { WakesMessage } from '../core/wakes/message.ts';
import { cleanUp } from './erase.ts';
import { replay } from './replay.ts';
import { wake } from './wake.ts';

type WakesPorts = Parameters<typeof wake>[0] &
  Parameters<typeof cleanUp>[0] &
  Parameters<typeof replay>[0];

/** @param remainingMs how long the invocation may still take */
export function carryOn(
  ports: WakesPorts,
  message: WakesMessage,
  remainingMs: () => number,
): Promise<void> {
  switch (message.kind) {
    case 'wake':
      return wake(ports, message, remainingMs);
    case 'redaction':
    case 'erasure':
      return cleanUp(ports, message, remainingMs);
    case 'replay':
      return replay(ports, message, remainingMs);
    default:
      return message satisfies never;
  }
}
