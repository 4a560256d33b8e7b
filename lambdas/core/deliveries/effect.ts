// What follows from a delivery as it is recorded.

import { MAX_SQS_DELAY_MS } from '../time.ts';
import { retryMessage } from './advance.ts';
import type { Delivery } from './delivery.ts';
import type { DelayedMessage } from './message.ts';

type Effect =
  /** The message of its next attempt travels by SQS delay. */
  | { readonly kind: 'retry'; readonly retry: DelayedMessage }
  /** Its endpoint is woken when it is due: further off than SQS can delay. */
  | { readonly kind: 'wake'; readonly atMs: number }
  /** The operator is told that it is dead. */
  | { readonly kind: 'tell'; readonly notice: 'dead' }
  /** It has ended, or is held until its endpoint is woken. */
  | { readonly kind: 'none' };

const NONE: Effect = { kind: 'none' };

export function effectOf(delivery: Delivery, nowMs: number): Effect {
  switch (delivery.state) {
    case 'dead':
      return { kind: 'tell', notice: 'dead' };
    case 'delivered':
    case 'cancelled':
      return NONE;
    case 'waiting':
      return effectOfWaiting(delivery, nowMs);
    default:
      return delivery.state satisfies never;
  }
}

function effectOfWaiting(delivery: Delivery, nowMs: number): Effect {
  const { dueAtMs } = delivery;
  if (dueAtMs === undefined || isAtRest(delivery)) return NONE;
  // By the record, not by this clock alone: this clock may be behind the recorder's, and a wake-up at the due time
  // would not find a delivery that the index lists as delayed by SQS.
  const isBySqs = (delivery.workAtMs ?? dueAtMs) > dueAtMs;
  return isBySqs || dueAtMs - nowMs <= MAX_SQS_DELAY_MS
    ? { kind: 'retry', retry: retryMessage(delivery, nowMs) }
    : { kind: 'wake', atMs: dueAtMs };
}

/** Whether it is due at once and held: the next wake-up of its endpoint takes it. */
function isAtRest({ dueAtMs, workAtMs, attempts }: Delivery): boolean {
  const ended = attempts.at(-1);
  if (dueAtMs === undefined || workAtMs !== dueAtMs || !ended) return false;
  return dueAtMs <= ended.atMs + ended.durationMs;
}
