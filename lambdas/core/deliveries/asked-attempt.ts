// The attempt that a message asks for, in the form that the ledger takes.

import type { Event } from '../events/event.ts';
import type { Settings } from '../settings.ts';
import { freshDelivery } from './advance.ts';
import type { AskedAttempt } from './ledger.ts';
import type { DeliveryMessage } from './message.ts';

export function askedAttempt(
  message: DeliveryMessage,
  event: Event,
  settings: Pick<Settings, 'deadlineDays'>,
  nowMs: number,
): AskedAttempt {
  const { run, attempt, endpointId } = message;
  const isFirst = run === 1 && attempt === 1;
  const fresh = isFirst ? freshDelivery(event, endpointId, settings, nowMs) : undefined;
  return { ref: message, fresh, run, attempt, nowMs };
}
