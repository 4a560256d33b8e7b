// The pace at which a recovering endpoint's backlog is released: at most doubled per interval, and only
// while what was released before is answered.
import type { Release } from './endpoint-health.ts';

export const RELEASE_INTERVAL_MS = 5_000;
export const MAX_RELEASE = 5_000;
/** After so many intervals without an answer, what was under way counts as lost. */
const STALLED_STEPS = 12;

export interface ReleaseStep {
  /** How many deliveries may be sent now. */
  readonly allowed: number;
  /** The release as it is to be written before they are sent. */
  readonly release: Release;
}

export function nextRelease(before: Release, nowMs: number): ReleaseStep {
  const hasMoved = before.answered > before.answeredBefore || before.released === 0;
  const stalledSteps = hasMoved ? 0 : before.stalledSteps + 1;
  const isLost = stalledSteps >= STALLED_STEPS;
  const underWay = isLost ? 0 : Math.max(0, before.released - before.answered);
  const size = underWay === 0 ? Math.min(before.size * 2, MAX_RELEASE) : before.size;
  const allowed = Math.max(0, size - underWay);
  return {
    allowed,
    release: {
      size,
      released: (isLost ? before.answered : before.released) + allowed,
      answered: before.answered,
      answeredBefore: before.answered,
      stalledSteps: isLost ? 0 : stalledSteps,
      nextAtMs: nowMs + RELEASE_INTERVAL_MS,
    },
  };
}
