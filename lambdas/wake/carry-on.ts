// One message of the wakes queue, by its kind.
import { tellNotices } from '../core/notices/tell.ts';
import { isNoticesAddress } from '../core/notices/wake.ts';
import type { WakesMessage } from '../core/wakes/message.ts';
import { cleanUp } from './erase.ts';
import { replay } from './replay.ts';
import { wake } from './wake.ts';

type WakesPorts = Parameters<typeof wake>[0] &
  Parameters<typeof tellNotices>[0] &
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
      return isNoticesAddress(message)
        ? tellNotices(ports, message)
        : wake(ports, message, remainingMs);
    case 'redaction':
    case 'erasure':
      return cleanUp(ports, message, remainingMs);
    case 'replay':
      return replay(ports, message, remainingMs);
    default:
      return message satisfies never;
  }
}
