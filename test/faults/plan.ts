// What a run does and what is done to it, all of it from one seed.
import { randomFrom } from '../../local/simulation/world.ts';

export const FUNCTIONS = ['ingest', 'fan-out', 'dispatch', 'wake', 'sweep', 'api'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

export const WHENS = ['before', 'after', 'timeout'] as const;
/** A function's end at one call: `timeout` is after the call took effect, its answer never coming. */
export interface Strike {
  readonly site: string;
  /** Which of the run's calls at this site, counted from 1. */
  readonly nth: number;
  readonly when: (typeof WHENS)[number];
}

export interface Plan {
  readonly seed: number;
  readonly strikes: readonly Strike[];
  /** The chance of a fault at each call, message and schedule. */
  readonly noise: number;
  /** Nothing is injected after this time since the start. */
  readonly noiseEndsMs: number;
  /** When the whole process is killed, and for how long it is down, since the start. */
  readonly processKills: readonly { readonly atMs: number; readonly downMs: number }[];
  readonly secretsAwayFromMs: number | undefined;
  /** Each instance's clock is off by up to so much, either way. */
  readonly maxClockOffsetMs: number;
  readonly poison: boolean;
  /** Until then this function cannot reach the ledger: its messages become dead letters. */
  readonly outageUntilMs: number;
  readonly outageOf: FunctionName;
}

const MINUTE_MS = 60_000;
const OUTAGES = ['fan-out', 'dispatch', 'wake', 'sweep'] as const;
/** No two clocks are further apart than 5 minutes. */
const MAX_OFFSET_MS = 150_000;

export function quietPlan(seed: number, strikes: readonly Strike[] = []): Plan {
  return {
    seed,
    strikes,
    noise: 0,
    noiseEndsMs: 0,
    processKills: [],
    secretsAwayFromMs: undefined,
    maxClockOffsetMs: 0,
    poison: false,
    outageUntilMs: 0,
    outageOf: 'dispatch',
  };
}

/** A plan in which everything may happen, beside the strikes that it was given. */
export function noisyPlan(seed: number, strikes: readonly Strike[] = []): Plan {
  const random = randomFrom(seed ^ 0x5eed);
  const happens = (share: number): boolean => random() < share;
  const noiseEndsMs = (5 + random() * 120) * MINUTE_MS;
  return {
    seed,
    strikes,
    noise: [0.005, 0.02, 0.05, 0.1][Math.floor(random() * 4)] ?? 0.02,
    noiseEndsMs,
    processKills: happens(0.3)
      ? Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
          atMs: random() * (happens(0.5) ? 2 * MINUTE_MS : noiseEndsMs),
          downMs: random() * 3 * MINUTE_MS,
        }))
      : [],
    secretsAwayFromMs: happens(0.4) ? random() * 20_000 : undefined,
    maxClockOffsetMs: happens(0.3) ? MAX_OFFSET_MS : 0,
    poison: happens(0.4),
    outageUntilMs: happens(0.1) ? 25 * MINUTE_MS : 0,
    outageOf: OUTAGES[seed % OUTAGES.length] ?? 'dispatch',
  };
}
