// An endpoint's health: its states, how people change them, and which messages may be sent in each. Waiting deliveries
// of an endpoint that is not healthy are held.

/**
 * `tripped`: many failures in a row within a minute; a single probe tries.
 * `paused`: by a user, by 410 or by the endpoint's threshold; what a user paused is not probed.
 * `recovering`: answered again; its backlog is released at a rising pace.
 */
export type HealthState = 'healthy' | 'tripped' | 'paused' | 'recovering';
export type PauseCause = 'user' | 'gone' | 'failures';

export interface Health {
  readonly state: HealthState;
  /** Failed attempts since the last success. */
  readonly failures: number;
  readonly failingSinceMs?: number;
  readonly lastSuccessAtMs?: number;
  /** Failures in a row since the window began: what trips an endpoint. */
  readonly windowFailures: number;
  readonly windowStartedAtMs?: number;
  readonly pausedBy?: PauseCause;
  /** When the present state began. */
  readonly sinceMs: number;
  /** Failed probes in the present state. */
  readonly probes: number;
  readonly probeAtMs?: number;
  /** The highest warning given since the last success: 0, 50, 70 or 90 (percent). */
  readonly warned: number;
  readonly release?: Release;
}

/** The pace of a recovery: see release-pace.ts. */
export interface Release {
  /** How many deliveries may be under way in this interval. */
  readonly size: number;
  readonly nextAtMs: number;
}

export const CLEAN_HEALTH: Health = {
  state: 'healthy',
  failures: 0,
  windowFailures: 0,
  sinceMs: 0,
  probes: 0,
  warned: 0,
};

/** Whether a success would change nothing worth writing. */
export function isClean({ state, failures }: Health): boolean {
  return (state === 'healthy' || state === 'recovering') && failures === 0;
}

/** The start of a recovery: its first step releases two. */
export function recovering(nowMs: number): Health {
  const release: Release = { size: 1, nextAtMs: nowMs };
  return { ...CLEAN_HEALTH, state: 'recovering', sinceMs: nowMs, release };
}

export function pausedByUser(before: Health, nowMs: number): Health {
  const { probeAtMs, release, ...rest } = before;
  return { ...rest, state: 'paused', pausedBy: 'user', sinceMs: nowMs, probes: 0 };
}

/** No probe ends this pause: somebody has to. */
export function isHeldByHand({ pausedBy }: Pick<Health, 'pausedBy'>): boolean {
  return pausedBy === 'user';
}

/** As it is stored. Older versions paused what was not proved here, too: now the endpoint alone says so. */
export function readHealth(
  stored: Omit<Health, 'pausedBy'> & { readonly pausedBy?: PauseCause | 'verification' },
): Health {
  const { pausedBy, ...rest } = stored;
  if (pausedBy === 'verification') return { ...CLEAN_HEALTH, sinceMs: stored.sinceMs };
  return pausedBy === undefined ? rest : { ...rest, pausedBy };
}

/** Whether a message may be sent now: released messages and probes may pass while others are held. */
export function maySend(
  health: Health,
  message: { readonly released?: boolean; readonly cause: string },
): boolean {
  switch (health.state) {
    case 'healthy':
      return true;
    case 'recovering':
      return message.released === true;
    case 'tripped':
      return message.cause === 'probe';
    case 'paused':
      return message.cause === 'probe' && !isHeldByHand(health);
    default:
      return health.state satisfies never;
  }
}
