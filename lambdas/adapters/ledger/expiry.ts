// How long the ledger keeps what it holds.

import type { Settings } from '../../core/settings.ts';
import { DAY_MS } from '../../core/time.ts';

/** How much longer than a delivery's deadline its event is kept. */
export const EXPIRY_MARGIN_MS = 2 * DAY_MS;

/** When an event, or a delivery in its first run, may be removed. */
export function expiryOf(
  acceptedAtMs: number,
  settings: Pick<Settings, 'retentionDays' | 'deadlineDays'>,
): number {
  const lastAttemptMs = settings.deadlineDays * DAY_MS + EXPIRY_MARGIN_MS;
  return acceptedAtMs + Math.max(settings.retentionDays * DAY_MS, lastAttemptMs);
}
