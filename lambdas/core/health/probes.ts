// When an endpoint that is tripped or paused is probed.

import { delaysOf, RETRY_PRESETS } from '../retries/delays.ts';
import type { Health } from './health.ts';

export const FIRST_PROBE_MS = 5_000;
const MAX_PROBE_MS = 5 * 60_000;
/** A probe whose outcome is not known after this long is sent again. */
export const PROBE_PATIENCE_MS = 2 * 60_000;

/** Tripped: doubled up to five minutes. Paused: the 40-day curve, its last step for ever. */
export function probeDelayMs(health: Pick<Health, 'state' | 'probes'>): number {
  if (health.state === 'tripped') {
    return Math.min(FIRST_PROBE_MS * 2 ** Math.min(health.probes, 20), MAX_PROBE_MS);
  }
  const delays = delaysOf(RETRY_PRESETS['forty-days']);
  return (delays[health.probes] ?? delays.at(-1) ?? 0) * 1000;
}

/** A later probe waits for a delivery to be due: a delivery that is held now may be due sooner. */
export function farProbeMs(health: Pick<Health, 'state' | 'probes'>): number {
  return Math.max(probeDelayMs(health), PROBE_PATIENCE_MS);
}
