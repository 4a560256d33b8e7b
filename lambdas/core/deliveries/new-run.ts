// A new run of a delivery: what a manual retry or a replay opens. The idempotency key stays the same.

import { defined } from '../defined.ts';
import type { Cause } from '../retries/cause.ts';
import type { Settings } from '../settings.ts';
import { DAY_MS } from '../time.ts';
import { LOST_AFTER_MS } from './advance.ts';
import { attemptsMade, type Delivery, nothingSent } from './delivery.ts';

/**
 * Nothing of it was ever sent: another version is no other body under its key. In a run without an attempt on record, one
 * may have been made that died before its record.
 */
const isUntransformed = (delivery: Delivery): boolean =>
  delivery.attempts[0]?.number === 1 &&
  delivery.attempts.at(-1)?.run === delivery.run &&
  nothingSent(delivery);

function unbound({ transformVersion: _, ...delivery }: Delivery): Delivery {
  return delivery;
}

/** Due at once, with a new deadline and retry curve; recorded attempts stay. */
export function newRun(
  delivery: Delivery,
  cause: Extract<Cause, 'manual' | 'replay'>,
  settings: Pick<Settings, 'deadlineDays'>,
  nowMs: number,
  replayId?: string,
): Delivery {
  const {
    lease,
    deathReason,
    endedAtMs,
    anchorMs,
    recordedBy,
    replayId: _before,
    ...rest
  } = delivery;
  const lasting = isUntransformed(delivery) ? unbound(rest) : rest;
  return {
    ...lasting,
    state: 'waiting',
    run: delivery.run + 1,
    ...defined({ replayId }),
    attemptsBeforeRun: attemptsMade(delivery),
    deadlineAtMs: nowMs + settings.deadlineDays * DAY_MS,
    dueAtMs: nowMs,
    nextCause: cause,
    workAtMs: nowMs + LOST_AFTER_MS,
  };
}
