// Runs the real handlers over a simulated outage and says what happened.

import type { Attempt, Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import type { Endpoint } from '../../lambdas/core/endpoints/endpoint.ts';
import { OPERATOR_TENANT } from '../../lambdas/core/scope.ts';
import type { Totals } from './memory/call-counts.ts';
import type { SimulationOptions } from './options.ts';
import { randomFrom } from './random.ts';
import { samplePayload } from './sample-payload.ts';
import { type Answer, createWorld, type World } from './world.ts';

/** 2026-01-01T00:00:00Z: runs begin at the same moment, so that they can be compared. */
const START_MS = 1_767_225_600_000;

const WELL: Answer = {
  outcome: { kind: 'response', response: { status: 200, headers: {}, body: '' } },
  latencyMs: 20,
};

interface SimulatedAttempt {
  readonly number: number;
  /** From the delivery's first attempt. */
  readonly offsetSeconds: number;
  readonly cause: Attempt['cause'];
  readonly outcome: string;
}

export interface SimulationResult {
  /** The first delivery's. */
  readonly attempts: readonly SimulatedAttempt[];
  /** The first delivery's last state. */
  readonly final: Delivery['state'];
  /** From the first delivery's first attempt to its end, in seconds. */
  readonly endedAfterSeconds: number;
  readonly states: Readonly<Record<string, number>>;
  readonly requests: number;
  /** Created over the whole run, and the most that one endpoint had. */
  readonly schedules: number;
  readonly schedulesOfOneEndpoint: number;
  /** The most schedules of one endpoint within any ten minutes of their creation. */
  readonly schedulesWithinTenMinutes: number;
  readonly schedulesAlive: number;
  readonly calls: Totals;
  readonly callsPerMillion: Totals;
  /** Requests a second after the outage, in intervals of five seconds; empty at the end left out. */
  readonly drain: readonly { readonly second: number; readonly requests: number }[];
  readonly notices: Readonly<Record<string, number>>;
}

interface Simulation {
  readonly world: World;
  readonly endpoints: readonly Endpoint[];
  readonly result: SimulationResult;
}

export async function simulate(options: SimulationOptions): Promise<Simulation> {
  const random = randomFrom(options.seed + 1);
  const endOfOutageMs = START_MS + options.outageMs;
  const answer = (atMs: number): Answer => {
    const fails = atMs < endOfOutageMs || random() < options.failRate;
    return { outcome: fails ? options.failure : WELL.outcome, latencyMs: options.latencyMs };
  };
  const world = createWorld({
    startMs: START_MS,
    receiver: ({ tenant }, atMs) => (tenant === OPERATOR_TENANT ? WELL : answer(atMs)),
    settings: options.withHealth ? {} : { tripFailures: 0 },
    lostSchedules: options.lostSchedules,
    doubledSchedules: options.doubledSchedules,
    seed: options.seed,
  });
  world.addEndpoint({ tenant: OPERATOR_TENANT });
  const endpoints = Array.from({ length: options.endpoints }, (_, index) =>
    world.addEndpoint({
      tenant: `tenant-${index}`,
      contract: options.contract,
      autoPause: options.withHealth,
      ...(options.maxPerSecond === undefined ? {} : { maxPerSecond: options.maxPerSecond }),
    }),
  );
  const data = samplePayload(options.contract);
  for (let number = 0; number < options.events; number++) {
    const atMs = START_MS + Math.floor((number * options.overMs) / options.events);
    world.clock.at(atMs, () => {
      for (const endpoint of endpoints) world.post(endpoint, data);
    });
  }
  await world.clock.run();
  return { world, endpoints, result: resultOf(world, endpoints, options, endOfOutageMs) };
}

function resultOf(
  world: World,
  endpoints: readonly Endpoint[],
  options: SimulationOptions,
  endOfOutageMs: number,
): SimulationResult {
  const own = new Set(endpoints.map((endpoint) => endpoint.id));
  const deliveries = [...world.ledger.deliveries.values()].filter(({ endpointId }) =>
    own.has(endpointId),
  );
  const [first] = deliveries;
  const startedMs = first?.attempts[0]?.atMs ?? START_MS;
  const created = [...world.wakes.created].filter(([endpointId]) => own.has(endpointId));
  const perMillion = 1_000_000 / (options.events * options.endpoints);
  const { totals } = world.counts;
  return {
    attempts: (first?.attempts ?? []).map((attempt) => ({
      number: attempt.number,
      offsetSeconds: (attempt.atMs - startedMs) / 1000,
      cause: attempt.cause,
      outcome: attempt.outcome,
    })),
    final: first?.state ?? 'waiting',
    endedAfterSeconds: first ? (endOf(first) - startedMs) / 1000 : 0,
    states: countBy(deliveries.map(({ state }) => state)),
    requests: world.sent.filter(({ endpointId }) => own.has(endpointId)).length,
    schedules: created.reduce((sum, [, times]) => sum + times.length, 0),
    schedulesOfOneEndpoint: Math.max(0, ...created.map(([, times]) => times.length)),
    schedulesWithinTenMinutes: Math.max(0, ...created.map(([, times]) => densest(times, 600_000))),
    schedulesAlive: world.wakes.alive(),
    calls: totals,
    callsPerMillion: {
      dynamoDbWriteUnits: Math.round(totals.dynamoDbWriteUnits * perMillion),
      dynamoDbReadUnits: Math.round(totals.dynamoDbReadUnits * perMillion),
      sweepReadUnits: totals.sweepReadUnits,
      sweepWriteUnits: totals.sweepWriteUnits,
      sqsRequests: Math.round(totals.sqsRequests * perMillion),
      // One endpoint's schedules do not grow with its deliveries.
      schedules: totals.schedules,
      invocations: Math.round(totals.invocations * perMillion),
    },
    drain: drainOf(world, own, endOfOutageMs),
    notices: countBy(world.notices.map(({ type }) => type)),
  };
}

function endOf(delivery: Delivery): number {
  if (delivery.deathReason === 'deadline') return delivery.deadlineAtMs;
  const last = delivery.attempts.at(-1);
  return last ? last.atMs + last.durationMs : delivery.acceptedAtMs;
}

function drainOf(world: World, own: ReadonlySet<string>, fromMs: number) {
  const counts = new Map<number, number>();
  for (const { endpointId, atMs } of world.sent) {
    if (!own.has(endpointId) || atMs < fromMs) continue;
    const second = Math.floor((atMs - fromMs) / 5_000) * 5;
    counts.set(second, (counts.get(second) ?? 0) + 1);
  }
  return [...counts].map(([second, requests]) => ({ second, requests }));
}

function densest(times: readonly number[], withinMs: number): number {
  let from = 0;
  let most = 0;
  times.forEach((time, index) => {
    while (time - (times[from] ?? time) >= withinMs) from++;
    most = Math.max(most, index - from + 1);
  });
  return most;
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
