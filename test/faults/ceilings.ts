// How much work a run may be. What arrived is one question, what it cost is another: a livelock delivers nothing
// wrong, and a hot loop delivers everything.
import type { System } from '../../local/simulation/system/system.ts';
import type { Finding } from './checker.ts';
import type { Injector } from './injector.ts';

export interface WorkDone {
  /** How often producers posted. */
  readonly events: number;
  readonly requests: number;
  /** How many faults were injected: each lets something be done once more. */
  readonly faults: number;
  readonly injector: Pick<Injector, 'invocations' | 'wakes' | 'sites'>;
  readonly virtualMs: number;
  /** How long anything was away. */
  readonly awayMs: number;
  /** How far the clocks of two instances may be apart. */
  readonly clocksApartMs: number;
}

/**
 * About twice the most that 1,000 runs needed. A step is a post, a request or a fault: without faults a delivery
 * takes two of them, and costs some 3 write units, 3 read units and 3 requests to SQS a step.
 */
export const CEILINGS = {
  // A recovery, and a limited endpoint whose index is behind, take a step in five seconds: here for minutes only. Probes
  // and looks are minutes apart. A loop of one a second would be 3,600.
  wakesPerEndpointAndHour: 720,
  // Takes of what a lagging index shows once more are billed.
  writesPerStep: 50,
  readsPerStep: 70,
  // What is handed round instead of being done: a message of a limited endpoint, a wake-up that is early.
  sqsPerStep: 100,
  // Sweep asks each queue of dead letters until there are none, and sends some back.
  sqsPerSweep: 40,
  sweepsPerHour: 13,
} as const;

export function workOf(
  { counts: { totals } }: Pick<System, 'counts'>,
  { events, requests, faults, injector, virtualMs }: WorkDone,
): Readonly<Record<keyof typeof CEILINGS, number>> {
  // So few that the beginning of a run would count.
  const steps = Math.max(20, events + requests + faults);
  const hours = Math.max(1, virtualMs / 3_600_000);
  const sweeps = injector.invocations.get('sweep') ?? 0;
  const sqsOfSweep = [...injector.sites]
    .filter(([site]) => site.startsWith('sweep: sqs '))
    .reduce((sum, [, count]) => sum + count, 0);
  return {
    wakesPerEndpointAndHour: Math.max(0, ...injector.wakes.values()),
    writesPerStep: totals.dynamoDbWriteUnits / steps,
    readsPerStep: totals.dynamoDbReadUnits / steps,
    // Sweep's come with time.
    sqsPerStep: (totals.sqsRequests - sqsOfSweep) / steps,
    sqsPerSweep: sqsOfSweep / Math.max(1, sweeps),
    sweepsPerHour: sweeps / hours,
  };
}

/**
 * While something is away, a wake-up fails once in 90 seconds, ten times, and again as a dead letter, at intervals that
 * double. Sweep adds two copies in 15 minutes. An hour more adds less than the one before.
 */
const WAKES_PER_HOUR_AWAY = 80;
/** What fails is read and sent again: calls of each of these. */
const PER_STEP_AND_HOUR_AWAY = 10;
/**
 * Where clocks are minutes apart, a slot that one instance takes is far off for another, which holds what it has: a limited
 * endpoint's messages go round until an instance gets them whose clock is ahead.
 */
const TIMES_WITH_CLOCKS_APART = 3;
const OF_SWEEP: readonly string[] = ['sqsPerSweep', 'sweepsPerHour'];

export function judgeWork(system: Pick<System, 'counts'>, done: WorkDone): Finding[] {
  const awayHours = done.awayMs / 3_600_000;
  return Object.entries(workOf(system, done)).flatMap(([name, value]): Finding[] => {
    const more = name.startsWith('wakes') ? WAKES_PER_HOUR_AWAY : PER_STEP_AND_HOUR_AWAY;
    const times = done.clocksApartMs > 0 && !OF_SWEEP.includes(name) ? TIMES_WITH_CLOCKS_APART : 1;
    const ceiling = CEILINGS[name as keyof typeof CEILINGS] * times + Math.ceil(awayHours * more);
    return value <= ceiling
      ? []
      : [{ kind: 'too much work', text: `${name}: ${value.toFixed(1)}, at most ${ceiling}` }];
  });
}

/** Sweep runs every five minutes, and nothing else happens where nothing waits. */
export const INVOCATIONS_OF_A_DAY_AT_REST = 288;

/** Lets a day go by in which nothing is posted. */
export async function judgeRest(
  { clock }: Pick<System, 'clock'>,
  { invocations }: Pick<Injector, 'invocations'>,
): Promise<Finding[]> {
  const sum = (): number => [...invocations.values()].reduce((all, count) => all + count, 0);
  // What was noted in case something is lost is still looked at.
  await clock.run(clock.nowMs + 24 * 3_600_000);
  const before = sum();
  await clock.run(clock.nowMs + 24 * 3_600_000);
  const count = sum() - before;
  if (count <= INVOCATIONS_OF_A_DAY_AT_REST) return [];
  return [{ kind: 'too much work', text: `${count} invocations on a day at rest` }];
}
