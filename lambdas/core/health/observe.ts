// The state machine of an endpoint's health: one pure function, from what a batch of attempts showed.

import type { AutoPause } from './auto-pause.ts';
import {
  type Health,
  type HealthState,
  isHeldByHand,
  type PauseCause,
  recovering,
} from './health.ts';
import { FIRST_PROBE_MS, probeDelayMs } from './probes.ts';

interface HealthThresholds {
  /** So many failures in a row within so long trip an endpoint; 0 never does. */
  readonly tripFailures: number;
  readonly tripWithinMs: number;
  /** So many failures and no success over so long pause it. */
  readonly pause: { readonly failures: number; readonly overMs: number } | undefined;
}

const TRIP_FAILURES = 20;
const TRIP_WITHIN_MS = 60_000;
/** So many failures in a row trip an endpoint that is recovering. */
const RELAPSE_FAILURES = 3;
const WARNINGS = [50, 70, 90] as const;

export function thresholdsOf(autoPause: AutoPause, tripFailures = TRIP_FAILURES): HealthThresholds {
  const pause = autoPause === true ? { failures: 100, overSeconds: 24 * 3600 } : autoPause;
  return {
    tripFailures,
    tripWithinMs: TRIP_WITHIN_MS,
    pause: pause ? { failures: pause.failures, overMs: pause.overSeconds * 1000 } : undefined,
  };
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

interface Observed {
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

function trip(health: Health, nowMs: number, transitions: Transition[]): Health {
  transitions.push({ kind: 'tripped' });
  const { release, ...rest } = health;
  const probeAtMs = nowMs + FIRST_PROBE_MS;
  return { ...rest, state: 'tripped', sinceMs: nowMs, probes: 0, probeAtMs };
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
  return { ...paused, probeAtMs: nowMs + probeDelayMs(paused) };
}

function probedInVain(health: Health, nowMs: number): Health {
  const after = { ...health, probes: health.probes + 1 };
  return { ...after, probeAtMs: nowMs + probeDelayMs(after) };
}

function warn(health: Health, progress: number, transitions: Transition[]): Health {
  const due = WARNINGS.filter((percent) => progress * 100 >= percent && percent > health.warned);
  for (const percent of due) transitions.push({ kind: 'warned', percent });
  const highest = due.at(-1);
  return highest === undefined ? health : { ...health, warned: highest };
}
