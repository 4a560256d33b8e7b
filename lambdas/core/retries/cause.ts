// Why an attempt is made, and why a delivery died.

/** Why an attempt was made. */
export const CAUSES = ['first', 'immediate', 'curve', 'manual', 'replay', 'probe'] as const;

export type Cause = (typeof CAUSES)[number];

/** Why a delivery is dead: out of attempts, out of time, failed for good, not transformed, or without its event. */
export const DEATH_REASONS = [
  'attempts',
  'deadline',
  'final_outcome',
  'transform_failed',
  'event_expired',
] as const;
export type DeathReason = (typeof DEATH_REASONS)[number];
