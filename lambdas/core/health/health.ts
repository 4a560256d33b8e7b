// An endpoint's health: one state machine, decided by one pure function from what a batch of attempts
// showed. Waiting deliveries of an endpoint that is not healthy are held.

import { delaysOf, RETRY_PRESETS } from '../retries/policy.ts';
import { MAX_SQS_DELAY_MS } from '../time.ts';
import type { AutoPause } from './auto-pause.ts';

/**
 * `tripped`: many failures in a row within a minute; a single probe tries.
 * `paused`: by a user, by 410, by the endpoint's threshold, or until its URL is proved; only what 410 and
 * the threshold paused is probed.
 * `recovering`: answered again; its backlog is released at a rising pace.
 */
export type HealthState = 'healthy' | 'tripped' | 'paused' | 'recovering';
export type PauseCause = 'user' | 'gone' | 'failures' | 'verification';

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
  /** Whether a wake-up for the probe is on the way by SQS; a later one has a schedule as yet. */
  readonly probeSent?: boolean;
  /** When the oldest delivery that waits is too late: a probe comes by then, to end it. */
  readonly oldestDeadlineMs?: number;
  /** The highest warning given since the last success: 0, 50, 70 or 90 (percent). */
  readonly warned: number;
  readonly release?: Release;
}

/** The pace of a recovery: see release-pace.ts. Answers are counted beside it: see KeptHealth. */
export interface Release {
  /** How many deliveries may be under way in this interval. */
  readonly size: number;
  /** How many were released in this recovery. */
  readonly released: number;
  /** The endpoint's count of answers when the recovery began, and at the last step. */
  readonly answersAtStart: number;
  readonly answersBefore: number;
  /** For how many steps it has not moved. */
  readonly stalledSteps: number;
  readonly nextAtMs: number;
}

export interface HealthThresholds {
  /** So many failures in a row within so long trip an endpoint; 0 never does. */
  readonly tripFailures: number;
  readonly tripWithinMs: number;
  /** So many failures and no success over so long pause it. */
  readonly pause: { readonly failures: number; readonly overMs: number } | undefined;
}

export const TRIP_FAILURES = 20;
export const TRIP_WITHIN_MS = 60_000;
/** So many failures in a row trip an endpoint that is recovering. */
const RELAPSE_FAILURES = 3;
const WARNINGS = [50, 70, 90] as const;
const FIRST_PROBE_MS = 5_000;
const MAX_PROBE_MS = 5 * 60_000;

export function thresholdsOf(autoPause: AutoPause, tripFailures = TRIP_FAILURES): HealthThresholds {
  const pause = autoPause === true ? { failures: 100, overSeconds: 24 * 3600 } : autoPause;
  return {
    tripFailures,
    tripWithinMs: TRIP_WITHIN_MS,
    pause: pause ? { failures: pause.failures, overMs: pause.overSeconds * 1000 } : undefined,
  };
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
export function isClean(health: Health): boolean {
  return health.state === 'healthy' && health.failures === 0;
}

/** What a batch of attempts showed of one endpoint. */
export interface Observation {
  readonly successes: number;
  /** Failures after the last success of the batch; all of them if there was none. */
  readonly failuresInRow: number;
  /** Whether one of the failures was 410 Gone. */
  readonly gone: boolean;
  /** Whether one of the attempts was a probe. */
  readonly probed: boolean;
  readonly nowMs: number;
  /** A success that this instance saw but had no reason to write. */
  readonly unwrittenSuccessAtMs?: number;
}

export type Transition =
  | { readonly kind: 'tripped' }
  | { readonly kind: 'paused'; readonly by: PauseCause }
  | { readonly kind: 'recovering'; readonly from: HealthState }
  | { readonly kind: 'warned'; readonly percent: number };

export interface Observed {
  readonly health: Health;
  readonly transitions: readonly Transition[];
}

export function observe(before: Health, seen: Observation, thresholds: HealthThresholds): Observed {
  const transitions: Transition[] = [];
  let health = before;
  if ((seen.unwrittenSuccessAtMs ?? 0) > (before.lastSuccessAtMs ?? 0)) {
    health = { ...before, lastSuccessAtMs: seen.unwrittenSuccessAtMs ?? 0 };
  }
  if (seen.successes > 0) health = succeeded(health, seen, transitions);
  else if (
    seen.unwrittenSuccessAtMs !== undefined &&
    (health.state === 'healthy' || health.state === 'recovering') &&
    seen.unwrittenSuccessAtMs >= (health.windowStartedAtMs ?? seen.nowMs)
  ) {
    health = { ...withoutFailures(health), lastSuccessAtMs: seen.unwrittenSuccessAtMs };
  }
  if (seen.failuresInRow > 0) health = failed(health, seen, thresholds, transitions);
  return { health, transitions };
}

function withoutFailures(health: Health): Health {
  const { failingSinceMs, windowStartedAtMs, ...rest } = health;
  return { ...rest, failures: 0, windowFailures: 0, warned: 0 };
}

function succeeded(before: Health, seen: Observation, transitions: Transition[]): Health {
  const health = { ...withoutFailures(before), lastSuccessAtMs: seen.nowMs };
  switch (before.state) {
    case 'healthy':
      return health;
    case 'recovering':
      return health;
    case 'paused':
      // An attempt that was under way when a user paused it resumes nothing.
      if (isHeldByHand(before)) return health;
      break;
    case 'tripped':
      break;
    default:
      before.state satisfies never;
  }
  transitions.push({ kind: 'recovering', from: before.state });
  return { ...recovering(seen.nowMs), lastSuccessAtMs: seen.nowMs };
}

/** The start of a recovery: its first step notes the answers so far and releases two. */
export function recovering(nowMs: number): Health {
  const release: Release = {
    size: 1,
    released: 0,
    answersAtStart: -1,
    answersBefore: -1,
    stalledSteps: 0,
    nextAtMs: nowMs,
  };
  return { ...CLEAN_HEALTH, state: 'recovering', sinceMs: nowMs, release };
}

export function pausedByUser(before: Health, nowMs: number): Health {
  return pausedByHand(before, 'user', nowMs);
}

/** Until its URL is proved; what a user paused stays the user's. */
export function pausedForVerification(before: Health, nowMs: number): Health | undefined {
  if (before.state === 'paused' && isHeldByHand(before)) return undefined;
  return pausedByHand(before, 'verification', nowMs);
}

function pausedByHand(before: Health, by: 'user' | 'verification', nowMs: number): Health {
  const { probeAtMs, probeSent, oldestDeadlineMs, release, ...rest } = before;
  return { ...rest, state: 'paused', pausedBy: by, sinceMs: nowMs, probes: 0 };
}

/** No probe ends these pauses: somebody has to. */
export function isHeldByHand({ pausedBy }: Pick<Health, 'pausedBy'>): boolean {
  return pausedBy === 'user' || pausedBy === 'verification';
}

function failed(
  before: Health,
  seen: Observation,
  thresholds: HealthThresholds,
  transitions: Transition[],
): Health {
  const { nowMs } = seen;
  const failingSinceMs = before.failingSinceMs ?? nowMs;
  const inWindow =
    before.windowStartedAtMs !== undefined &&
    nowMs - before.windowStartedAtMs <= thresholds.tripWithinMs;
  const counted: Health = {
    ...before,
    failures: before.failures + seen.failuresInRow,
    failingSinceMs,
    windowStartedAtMs: inWindow ? (before.windowStartedAtMs ?? nowMs) : nowMs,
    windowFailures: (inWindow ? before.windowFailures : 0) + seen.failuresInRow,
  };
  if (before.state === 'paused' && isHeldByHand(before)) return counted;
  if (seen.gone && before.state !== 'paused') return pause(counted, 'gone', nowMs, transitions);
  const { pause: threshold } = thresholds;
  const progress = threshold
    ? Math.min(counted.failures / threshold.failures, (nowMs - failingSinceMs) / threshold.overMs)
    : 0;
  if (progress >= 1 && before.state !== 'paused') {
    return pause(counted, 'failures', nowMs, transitions);
  }
  const warned = warn(counted, progress, transitions);
  switch (before.state) {
    case 'healthy': {
      const isTripped =
        thresholds.tripFailures > 0 && counted.windowFailures >= thresholds.tripFailures;
      return isTripped ? trip(warned, nowMs, transitions) : warned;
    }
    case 'recovering':
      // One failure may happen to anyone; several in a row say that it is not well after all.
      return counted.windowFailures >= RELAPSE_FAILURES ? trip(warned, nowMs, transitions) : warned;
    case 'tripped':
    case 'paused':
      return seen.probed ? probedInVain(warned, nowMs) : warned;
    default:
      return before.state satisfies never;
  }
}

/** The health with its next probe. Whoever writes it sends the wake-up: see wakes/wake-at.ts. */
export function withProbe(health: Health, probeAtMs: number, nowMs: number): Health {
  return { ...health, probeAtMs, probeSent: probeAtMs - nowMs <= MAX_SQS_DELAY_MS };
}

function trip(health: Health, nowMs: number, transitions: Transition[]): Health {
  transitions.push({ kind: 'tripped' });
  const { release, ...rest } = health;
  const tripped: Health = { ...rest, state: 'tripped', sinceMs: nowMs, probes: 0 };
  return withProbe(tripped, nowMs + FIRST_PROBE_MS, nowMs);
}

function pause(
  health: Health,
  by: 'gone' | 'failures',
  nowMs: number,
  transitions: Transition[],
): Health {
  transitions.push({ kind: 'paused', by });
  const { release, ...rest } = health;
  const paused: Health = { ...rest, state: 'paused', pausedBy: by, sinceMs: nowMs, probes: 0 };
  return withProbe(paused, nowMs + probeDelayMs(paused), nowMs);
}

/** A probe whose outcome is not known after this long is sent again. */
export const PROBE_PATIENCE_MS = 2 * 60_000;

/** A probe that is further off waits for something to be due: what comes to rest now may be sooner. */
export function farProbeMs(health: Pick<Health, 'state' | 'probes'>): number {
  return Math.max(probeDelayMs(health), PROBE_PATIENCE_MS);
}

function probedInVain(health: Health, nowMs: number): Health {
  const after = { ...health, probes: health.probes + 1 };
  const deadlineMs = after.oldestDeadlineMs ?? Number.POSITIVE_INFINITY;
  const atMs = nowMs + probeDelayMs(after);
  return withProbe(after, Math.min(atMs, Math.max(deadlineMs, nowMs + FIRST_PROBE_MS)), nowMs);
}

/** Tripped: doubled up to five minutes. Paused: the 40-day curve, its last step for ever. */
export function probeDelayMs(health: Pick<Health, 'state' | 'probes'>): number {
  if (health.state === 'tripped') {
    return Math.min(FIRST_PROBE_MS * 2 ** Math.min(health.probes, 20), MAX_PROBE_MS);
  }
  const delays = delaysOf(RETRY_PRESETS['forty-days']);
  return (delays[health.probes] ?? delays.at(-1) ?? 0) * 1000;
}

function warn(health: Health, progress: number, transitions: Transition[]): Health {
  const due = WARNINGS.filter((percent) => progress * 100 >= percent && percent > health.warned);
  for (const percent of due) transitions.push({ kind: 'warned', percent });
  const highest = due.at(-1);
  return highest === undefined ? health : { ...health, warned: highest };
}

/** Whether a message may be sent now: what was released, and the probe, pass where others rest. */
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
