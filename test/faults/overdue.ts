// At any moment after the faults: what waits although it is due, with nobody on the way to it. The look that comes once
// a day would bring it back, so that nothing else tells.
import type { System } from '../../local/simulation/system/system.ts';
import type { Snapshot } from './checker.ts';

/** Sweep's turn, its repeats, a lease and a lagging index, one after the other. */
const FOUND_WITHIN_MS = 45 * 60_000;

/**
 * @param isLeft whether nothing is sent to an endpoint
 * @returns a text for each
 */
export function overdue(
  { contents, clock }: Pick<System, 'contents' | 'clock'>,
  { live, dead }: Pick<Snapshot, 'live' | 'dead'>,
  isLeft: (endpointId: string) => boolean,
): string[] {
  const latestMs = clock.nowMs - FOUND_WITHIN_MS;
  const onTheWay = new Set([...live, ...dead]);
  const texts: string[] = [];
  for (const delivery of contents.deliveries.values()) {
    const { state, eventId, endpointId, workAtMs } = delivery;
    const key = `${eventId}|${endpointId}`;
    if (state !== 'waiting' || workAtMs === undefined || workAtMs >= latestMs) continue;
    if (isLeft(endpointId)) continue;
    if (onTheWay.has(key) || onTheWay.has(`*|${endpointId}`)) continue;
    const { tenant, environment } = delivery;
    if (isComing(contents.healthOf({ tenant, environment, endpointId }), latestMs)) continue;
    texts.push(`${key} was due ${Math.round((clock.nowMs - workAtMs) / 60_000)} minutes ago`);
  }
  return texts;
}

/** Whether what rests at an endpoint has its turn: by hand, or by the next probe. */
function isComing(health: ReturnType<System['contents']['healthOf']>, latestMs: number): boolean {
  const isAtRest = health.state === 'tripped' || health.state === 'paused';
  return isAtRest && (health.pausedBy === 'user' || (health.probeAtMs ?? 0) >= latestMs);
}
