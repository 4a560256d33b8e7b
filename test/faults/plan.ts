// What is done to a run, all of it from one seed.
import { randomFrom } from '../../local/simulation/random.ts';
import { FUNCTION_NAMES, type FunctionName } from '../../local/simulation/system/functions.ts';
import { QUEUE_NAMES, type QueueName } from '../../local/simulation/system/queues.ts';
import type { FaultKind } from './fault-log.ts';

export const WHENS = ['before', 'after', 'timeout'] as const;
/** A function's end at one call: `timeout` is after the call took effect, its answer never coming. */
export interface Strike {
  readonly site: string;
  /** Which of the run's calls at this site, counted from 1. */
  readonly nth: number;
  readonly when: (typeof WHENS)[number];
}

/** What is away as a whole. */
export type Away =
  | `table ${'ledger' | 'registry'}`
  | `queue ${QueueName}`
  | `function ${FunctionName}`
  | 'scheduler'
  | 'secretsmanager';

/** Times since the start. */
export interface Outage {
  readonly what: Away;
  /** From which function alone. */
  readonly for?: FunctionName;
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface Plan {
  readonly seed: number;
  readonly strikes: readonly Strike[];
  /** The chance of a fault at each call, message and schedule. */
  readonly noise: number;
  /** Nothing is injected after this time since the start. */
  readonly noiseEndsMs: number;
  /** When the whole machine stops, and for how long it is down, since the start. */
  readonly stops: readonly { readonly atMs: number; readonly downMs: number }[];
  readonly outages: readonly Outage[];
  /** Whether calls take time. */
  readonly isTimed: boolean;
  /** The index is up to so far behind. */
  readonly maxIndexLagMs: number;
  /** How many batches of each queue are under way at once. */
  readonly maxConcurrency: number;
  /** An instance that was idle for longer is not used again. */
  readonly idleMs: number;
  /** A schedule's name is taken for so long after it fired. */
  readonly nameKeptMs: number;
  /** Each instance's clock is off by up to so much, either way. */
  readonly maxClockOffsetMs: number;
  readonly poison: boolean;
  /** Whether tenants and operators do what they may do. */
  readonly hasActs: boolean;
  /** Whether endpoints have transformations, which are changed and removed. */
  readonly hasTransforms?: boolean;
  /** The only kinds that noise may be of, if they are given. */
  readonly only?: readonly FaultKind[];
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** No two clocks are further apart than 5 minutes. */
const MAX_OFFSET_MS = 150_000;
const PLACES: readonly Away[] = [
  ...Array.from({ length: 5 }, (): Away => 'table ledger'),
  'table registry',
  // Rarely asked for anything: to be met as often as the others.
  ...Array.from({ length: 12 }, (): Away => 'scheduler'),
  ...Array.from({ length: 5 }, (): Away => 'secretsmanager'),
  ...[...QUEUE_NAMES, ...QUEUE_NAMES].map((name): Away => `queue ${name}`),
  ...FUNCTION_NAMES.map((name): Away => `function ${name}`),
];

export function quietPlan(seed: number, strikes: readonly Strike[] = []): Plan {
  return {
    seed,
    strikes,
    noise: 0,
    noiseEndsMs: 0,
    stops: [],
    outages: [],
    isTimed: true,
    maxIndexLagMs: 0,
    maxConcurrency: 10,
    idleMs: 10 * MINUTE_MS,
    nameKeptMs: MINUTE_MS,
    maxClockOffsetMs: 0,
    poison: false,
    hasActs: false,
  };
}

/** A plan in which everything may happen, beside the strikes that it was given. */
export function noisyPlan(seed: number, strikes: readonly Strike[] = []): Plan {
  const random = randomFrom(seed ^ 0x5eed);
  const happens = (share: number): boolean => random() < share;
  const pick = <T>(entries: readonly [T, ...T[]]): T =>
    entries[Math.floor(random() * entries.length)] ?? entries[0];
  const upTo = (ms: number): number => random() * ms;
  const noiseEndsMs = 5 * MINUTE_MS + upTo(2 * HOUR_MS);
  const beginning = (): number => upTo(happens(0.5) ? 2 * MINUTE_MS : noiseEndsMs);
  return {
    seed,
    strikes,
    noise: pick([0, 0.002, 0.008, 0.02, 0.05]),
    noiseEndsMs,
    stops: happens(0.4)
      ? Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
          atMs: beginning(),
          downMs: upTo(
            pick([10 * SECOND_MS, 3 * MINUTE_MS, 12 * HOUR_MS, 72 * HOUR_MS, 72 * HOUR_MS]),
          ),
        }))
      : [],
    outages: happens(0.65)
      ? Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
          const fromMs = beginning();
          const what = PLACES[Math.floor(random() * PLACES.length)] ?? 'table ledger';
          const lengths = [10 * MINUTE_MS, HOUR_MS, 5 * HOUR_MS] as const;
          // What waits for longer than a quarter of an hour comes after hours of failures.
          const forMs = MINUTE_MS + upTo(what === 'scheduler' ? 12 * HOUR_MS : pick(lengths));
          return { what, fromMs, untilMs: fromMs + forMs };
        })
      : [],
    isTimed: true,
    maxIndexLagMs: pick([0, 500, 5 * SECOND_MS, 60 * SECOND_MS]),
    maxConcurrency: pick([2, 5, 50]),
    idleMs: pick([MINUTE_MS, 10 * MINUTE_MS, 12 * HOUR_MS]),
    nameKeptMs: upTo(2 * MINUTE_MS),
    maxClockOffsetMs: happens(0.3) ? MAX_OFFSET_MS : 0,
    poison: happens(0.2),
    hasActs: happens(0.5),
  };
}
