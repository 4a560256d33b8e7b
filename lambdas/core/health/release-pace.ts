// The pace at which a recovering endpoint's backlog is released: at most doubled per interval, and only
// while what was released before is answered.
import type { Release } from './health.ts';

export const RELEASE_INTERVAL_MS = 5_000;
export const MAX_RELEASE = 5_000;
/** After so many intervals without an answer, what was under way counts as lost. */
const STALLED_STEPS = 12;

interface ReleaseStep {
  /** How many deliveries may be sent now. */
  readonly allowed: number;
  /** How many are under way already. */
  readonly underWay: number;
  /** The release to write; it does not count `allowed` as released yet. */
  readonly release: Release;
}

/** @param answers the endpoint's count of answers: see KeptHealth */
export function nextRelease(before: Release, answers: number, nowMs: number): ReleaseStep {
  const isFirst = before.answersAtStart < 0;
  const answersAtStart = isFirst ? answers : before.answersAtStart;
  const answered = answers - answersAtStart;
  const hasMoved = isFirst || answers > before.answersBefore || before.released <= answered;
  const stalledSteps = hasMoved ? 0 : before.stalledSteps + 1;
  const isLost = stalledSteps >= STALLED_STEPS;
  const released = isLost ? answered : before.released;
  const underWay = Math.max(0, released - answered);
  const size = underWay === 0 ? Math.min(before.size * 2, MAX_RELEASE) : before.size;
  return {
    allowed: Math.max(0, size - underWay),
    underWay,
    release: {
      size,
      released,
      answersAtStart,
      answersBefore: answers,
      stalledSteps: isLost ? 0 : stalledSteps,
      nextAtMs: nowMs + RELEASE_INTERVAL_MS,
    },
  };
}
