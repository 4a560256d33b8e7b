// One run in virtual time: the scenario and the faults of a seed, and the checker's verdict.

import { attemptsMade } from '../../lambdas/core/deliveries/delivery.ts';
import { VirtualClock } from '../../local/simulation/memory/virtual-clock.ts';
import { randomFrom } from '../../local/simulation/random.ts';
import { putEndpoint, putTenant, putTransform } from '../../local/simulation/system/registry.ts';
import { createSystem, type Sabotage, type System } from '../../local/simulation/system/system.ts';
import { createActs } from './acts.ts';
import { judgeRest, judgeWork } from './ceilings.ts';
import {
  type Arrival,
  type Finding,
  judge,
  type Snapshot,
  unaccounted,
  type Verdict,
} from './checker.ts';
import { type FaultKind, FaultLog, subjectOf } from './fault-log.ts';
import { Injector } from './injector.ts';
import { overdue } from './overdue.ts';
import type { Plan } from './plan.ts';
import { quietly } from './quietly.ts';
import { receivers } from './receivers.ts';
import {
  createScenario,
  type Posting,
  pauseBefore,
  type ScenarioPost,
  TENANTS,
} from './scenario.ts';

/** 2026-01-01T00:00:00Z. */
export const START_MS = 1_767_225_600_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** What is not done by then is stuck: every receiver is up after three hours. */
const HORIZON_MS = 8 * DAY_MS;
const LATE_MS = 14 * HOUR_MS;
const POISON = ['not json at all', '{"v":1}'];

export interface VirtualRun extends Verdict {
  readonly plan: Plan;
  readonly log: FaultLog;
  /** How often each call site was reached. */
  readonly sites: ReadonlyMap<string, number>;
  readonly virtualMs: number;
  readonly arrivals: readonly Arrival[];
}

/** @param sabotage breaks a part on purpose, to see whether the checker notices @param watch told before it begins */
export function runVirtually(
  plan: Plan,
  sabotage?: Sabotage,
  horizonMs = HORIZON_MS,
  watch: (system: System) => void = () => undefined,
): Promise<VirtualRun> {
  return quietly(() => run(plan, sabotage, horizonMs, watch));
}

async function run(
  plan: Plan,
  sabotage: Sabotage | undefined,
  horizonMs: number,
  watch: (system: System) => void,
): Promise<VirtualRun> {
  const clock = new VirtualClock(START_MS);
  const log = new FaultLog();
  const injector = new Injector(plan, clock, log);
  const scenario = createScenario(plan, START_MS);
  const arrivals: Arrival[] = [];
  const random = randomFrom(plan.seed ^ 0x9057);
  const system = createSystem({
    clock,
    conditions: injector,
    random: randomFrom(plan.seed ^ 0x1d5),
    receive: receivers(clock, scenario.endpoints, arrivals, injector),
    settings: scenario.settings,
    maxConcurrency: plan.maxConcurrency,
    sabotage,
  });
  watch(system);
  for (const tenant of TENANTS) putTenant(system.dynamoDb, tenant, START_MS);
  for (const { endpoint, secret, isByApi } of scenario.endpoints) {
    if (!isByApi) putEndpoint(system.dynamoDb, endpoint, secret, Buffer.alloc(12, 7));
    putTransform(system.dynamoDb, endpoint);
  }
  applyPlan(plan, system, log);

  let open = 0;
  const later = (atMs: number, work: () => Promise<void>): void => {
    open++;
    clock.at(START_MS + atMs, () => void work().finally(() => open--));
  };
  const posts = scenario.posts.map((given) => {
    const posting: Posting = {
      scope: `live#${given.tenant}`,
      type: given.type,
      data: given.data,
      hasKey: given.key !== undefined,
      postedAtMs: START_MS + given.atMs,
      answeredIds: [],
      tries: 0,
    };
    const post = () => postUntilAnswered(system, given, posting, random);
    later(given.atMs, post);
    if (given.againAtMs !== undefined) later(given.againAtMs, post);
    return posting;
  });
  const acts = createActs({ plan, system, scenario, posts, arrivals, random, later });
  const poisons = plan.poison ? poison(system, log, random) : 0;

  const subscribers = scenario.endpoints.map((one) => one.subscriber);
  const findings: Finding[] = [];
  const missing = new Set<string>();
  const late = new Set<string>();
  const quietFromMs = START_MS + Math.max(scenario.calmAtMs, plan.noiseEndsMs) + HOUR_MS;
  const isLeft = (endpointId: string): boolean =>
    acts.isDeleted(endpointId) ||
    subscribers.some(({ id, sinceMs }) => id === endpointId && sinceMs === Infinity);
  do {
    await clock.run(clock.nowMs + HOUR_MS / 6);
    const now = snapshotOf(system);
    for (const text of unaccounted(now, { posts: acts.judged(), subscribers })) missing.add(text);
    // The first that is left alone is the one to look at.
    if (clock.nowMs >= quietFromMs && late.size === 0) {
      for (const text of overdue(system, now, isLeft)) late.add(text);
    }
  } while ((open > 0 || isBusy(system, acts.isDeleted)) && clock.nowMs < START_MS + horizonMs);
  for (const text of missing) {
    findings.push({ kind: 'target without item or message', text: `on the way: ${text}` });
  }

  for (const text of late) findings.push({ kind: 'late', text });

  const end = snapshotOf(system);
  const lettersThere = Object.values(system.deadLetters)
    .flatMap((queue) => queue.bodies())
    .filter((body) => POISON.includes(body)).length;
  if (lettersThere < poisons) {
    findings.push({ kind: 'dead letter', text: `${lettersThere} of ${poisons} poison messages` });
  }
  const { cancelled, reopened } = acts;
  const judged = acts.judged();
  const verdict = judge({
    posts: judged,
    subscribers,
    arrivals: acts.judgedArrivals(),
    faults: log.faults,
    end,
    cancelled,
    reopened,
  });
  findings.push(...acts.findings());
  findings.push(
    ...judgeWork(system, {
      events: posts.reduce((sum, { tries }) => sum + tries, 0),
      requests: arrivals.length,
      faults: log.faults.length,
      injector,
      clocksApartMs: plan.maxClockOffsetMs,
      awayMs: plan.outages.reduce((sum, { fromMs, untilMs }) => sum + untilMs - fromMs, 0),
      virtualMs: clock.nowMs - START_MS,
    }),
  );
  const virtualMs = clock.nowMs - START_MS;
  // The longest step of the curve is six hours on the first day: what takes longer was forgotten for a while, and
  // brought back by a look that comes once a day.
  const isAllToEnd = scenario.endpoints.every(({ behaviour }) => behaviour !== 'never');
  if (isAllToEnd && virtualMs > scenario.calmAtMs + LATE_MS) {
    findings.push({ kind: 'late', text: `over after ${(virtualMs / HOUR_MS).toFixed(1)} h` });
  }
  // It takes as long as some runs do. What cannot be read is tried again until a person sees to it.
  if (plan.seed % 25 === 0 && !plan.poison && verdict.findings.length === 0) {
    findings.push(...(await judgeRest(system, injector)));
  }
  return {
    ...verdict,
    findings: [...findings, ...verdict.findings],
    plan,
    log,
    sites: injector.sites,
    virtualMs,
    arrivals,
  };
}

/** What the plan does at times, and what holds for the whole run. */
export function applyPlan(plan: Plan, system: System, log: FaultLog): void {
  const { clock } = system;
  system.sweepFrom(START_MS + (plan.seed % 300) * 1_000, () => true);
  if (plan.maxClockOffsetMs > 0) log.add('clocks apart', START_MS, 'all functions', ['*|*']);
  if (plan.maxIndexLagMs > 0) log.add(lagKind(plan.maxIndexLagMs), START_MS, 'the index', []);
  for (const { what, fromMs } of plan.outages) {
    if (!what.startsWith('function ')) continue;
    clock.at(START_MS + fromMs, () => log.add('function away', clock.nowMs, what, []));
  }
  let down = 0;
  for (const { atMs, downMs } of plan.stops) {
    clock.at(START_MS + atMs, () => {
      down++;
      log.add(stopKind(downMs), clock.nowMs, 'the machine', system.stop());
      clock.at(clock.nowMs + downMs, () => {
        if (--down === 0) system.start();
      });
    });
  }
}

function stopKind(downMs: number): FaultKind {
  if (downMs < 10 * MINUTE_MS) return 'stopped for seconds';
  return downMs < DAY_MS ? 'stopped for hours' : 'stopped for days';
}

function lagKind(lagMs: number): FaultKind {
  if (lagMs < 1_000) return 'index behind by up to a second';
  return lagMs < 10_000 ? 'index behind by seconds' : 'index behind by up to a minute';
}

/** Whether something is still to be done, as far as queues and ledger tell. */
function isBusy(system: System, isDeleted: (endpointId: string) => boolean): boolean {
  const isOurs = (body: string): boolean => subjectOf(body) !== '*|*' || body.includes('"tn"');
  if (Object.values(system.queues).some((queue) => queue.bodies().length > 0)) return true;
  if (Object.values(system.deadLetters).some((queue) => queue.bodies().some(isOurs))) return true;
  for (const { state, endpointId } of system.contents.deliveries.values()) {
    if (state === 'waiting' && !isDeleted(endpointId)) return true;
  }
  return false;
}

/** A producer posts until it is answered 202. */
async function postUntilAnswered(
  system: System,
  { tenant, type, data, key }: ScenarioPost,
  posting: Posting,
  random: () => number,
): Promise<void> {
  const candidate = {
    scope: { tenant, environment: 'live' as const },
    input: { type, data: {} },
    data,
    idempotencyKey: key,
  };
  for (;;) {
    posting.tries++;
    const [answer] = await system
      .invoke('ingest', [], (code) => code.accept(candidate))
      .catch(() => []);
    if (answer && 'id' in answer) {
      posting.answeredIds.push(answer.id);
      return;
    }
    await system.clock.sleep(pauseBefore(posting.tries, random));
  }
}

/** Messages that nobody can read, among the others; gives how many. */
function poison({ queues, clock }: System, log: FaultLog, random: () => number): number {
  for (const queue of Object.values(queues)) {
    const body = POISON[Math.floor(random() * POISON.length)] ?? '';
    clock.at(clock.nowMs + random() * MINUTE_MS, () => {
      log.add('poison message', clock.nowMs, queue.name, []);
      queue.send(body, 0);
    });
  }
  return Object.keys(queues).length;
}

function snapshotOf({ contents, queues, deadLetters }: System): Snapshot {
  const isOurs = (body: string): boolean => !POISON.includes(body);
  return {
    events: new Map([...contents.events.values()].map(({ event, targets }) => [event.id, targets])),
    deliveries: new Map(
      [...contents.deliveries.values()].map((delivery) => [
        `${delivery.eventId}|${delivery.endpointId}`,
        { state: delivery.state, attempts: attemptsMade(delivery) },
      ]),
    ),
    live: new Set(Object.values(queues).flatMap((queue) => queue.bodies().map(subjectOf))),
    dead: Object.values(deadLetters).flatMap((queue) =>
      queue.bodies().filter(isOurs).map(subjectOf),
    ),
  };
}
